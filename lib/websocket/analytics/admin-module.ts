import { Module, type DynamicModule, type ModuleImport } from '../../di/index.js'
import type { CanActivate, EnhancerOf } from '../../pipeline/index.js'
import { joinPaths } from '../../web/index.js'
import { adminController } from './admin-controller.js'
import { WebSocketAdminUnguarded } from './errors.js'
import { WebSocketAnalyticsModule } from './module.js'

/** The options of `WebSocketAdminModule.forRoot`. */
export interface WebSocketAdminOptions {
  /** Where it is, below the global prefix. Default `admin/websockets`. */
  readonly path?: string
  /** Who may see it, and disconnect clients: at least one guard. */
  readonly guards: readonly EnhancerOf<CanActivate>[]
  /** What the guards inject. */
  readonly imports?: readonly ModuleImport[]
}

/**
 * Shows administrators, and systems that collect metrics, what goes on in the gateways of this process, and disconnects clients:
 *
 * - `GET {path}`: all numbers, as JSON or in Prometheus' text format, whichever is accepted;
 * - `GET {path}/rooms` and `GET {path}/clients?room=…`: lists, with `path`, `limit` (50, at most 1000) and `offset` (at most 100 000);
 * - `POST {path}/clients/:id/disconnect`.
 *
 * @example
 * @Module({ imports: [WebSocketAdminModule.forRoot({ guards: [AdminGuard], imports: [AuthModule] })] })
 * class AppModule {}
 */
@Module()
export class WebSocketAdminModule {
  /**
   * @param options where it is, and who may see it
   * @throws {CorbelError} CORBEL_WS_ADMIN_UNGUARDED
   */
  static forRoot({ path = 'admin/websockets', guards, imports = [] }: WebSocketAdminOptions): DynamicModule {
    if (!Array.isArray(guards) || guards.length === 0) throw new WebSocketAdminUnguarded({})
    return {
      module: WebSocketAdminModule,
      imports: [WebSocketAnalyticsModule, ...imports],
      controllers: [adminController(joinPaths(path), guards)],
    }
  }
}
