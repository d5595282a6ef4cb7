import { defineError, isClass, type Class } from '../common/index.js'
import { Module, type DynamicModule, type Provider } from '../di/index.js'
import { joinPaths } from '../web/index.js'
import { VERSIONING_POLICY, type UsageOptions, type VersioningModuleOptions } from './options.js'
import { usageController } from './usage-controller.js'
import { MemoryUsageCounter, UsageCounter } from './usage-counter.js'

/** A report of use that everybody could read. */
export const UsageUnguarded = defineError<Record<never, never>>(
  'CORBEL_USAGE_UNGUARDED',
  'VersioningModule.forRoot({ usage }) names no guard: the report tells who calls the API. Give guards: [AdminGuard], or one that says yes.',
)

/**
 * Says what an application does about its versions: notices of deprecated use, the compatibility of clients, and the
 * counting of use. Import it once; `@Deprecated`, `@VersionTransformer` and `@ForVersions` work without it.
 *
 * @example
 * @Module({ imports: [VersioningModule.forRoot({ usage: { guards: [AdminGuard] }, imports: [AuthModule] })] })
 */
@Module()
export class VersioningModule {
  /**
   * @param options what the application wants of it; nothing of it is on by default
   * @throws {CorbelError} CORBEL_USAGE_UNGUARDED
   */
  static forRoot(options: VersioningModuleOptions = {}): DynamicModule {
    const { usage, imports = [] } = options
    return {
      module: VersioningModule,
      imports: [...imports],
      controllers: usage === undefined ? [] : [controllerOf(usage)],
      providers: [
        { provide: VERSIONING_POLICY, useValue: options },
        ...(usage === undefined ? [] : [counterOf(usage)]),
      ],
      exports: usage === undefined ? [] : [UsageCounter],
    }
  }
}

function controllerOf({ path = 'api-usage', guards }: UsageOptions): Class {
  if (!Array.isArray(guards) || guards.length === 0) throw new UsageUnguarded({})
  return usageController(joinPaths(path), guards)
}

function counterOf({ counter }: UsageOptions): Provider {
  // made when an application starts: several of one module count apart
  if (counter === undefined) return { provide: UsageCounter, useFactory: () => new MemoryUsageCounter() }
  return isClass(counter)
    ? { provide: UsageCounter, useClass: counter }
    : { provide: UsageCounter, useValue: counter }
}
