import { AppModel } from '../core/index.js'
import { Module, type DynamicModule, type ModuleImport, type Provider, type Token } from '../di/index.js'
import type { GatewayOptions } from '../websocket/index.js'
import { hubOf, LiveFeature } from './feature.js'
import { liveGateway, type LiveSocket } from './gateway.js'
import { LiveHub } from './live-hub.js'
import { LiveQueries } from './live-queries.js'
import { LIVE_OPTIONS } from './live-options-token.js'
import type { LiveOptions } from './options.js'

/** Where clients connect, besides what bounds live queries. */
export interface LiveWireOptions {
  /** Where the WebSocket is; false for streams of events alone. Default `/live`. */
  readonly path?: string | false
  /** Pages that may connect besides the application's own, and whatever else `@WebSocketGateway` takes. */
  readonly gateway?: GatewayOptions
  /** Decorators of the WebSocket's gateway: `UseGuards(…)`, `Public()`. Each run passes the guards of its route in any case. */
  readonly decorators?: readonly ClassDecorator[]
  /**
   * Headers with which the queries of a WebSocket are run, in the place of those that it has connected with: asked once, at its
   * first subscription.
   */
  readonly headers?: (client: LiveSocket) => Readonly<Record<string, string | undefined>>
}

/** The options of `LiveModule.forRoot`. */
export interface LiveModuleOptions extends LiveOptions, LiveWireOptions {}

/** The options of `LiveModule.forRootAsync`. */
export interface LiveModuleAsyncOptions extends LiveWireOptions {
  readonly useFactory: (...dependencies: never[]) => LiveOptions | Promise<LiveOptions>
  readonly inject?: readonly Token[]
  readonly imports?: readonly ModuleImport[]
}

/**
 * Makes queries with `@Live()` live: over server-sent events at their own URL, and over a WebSocket. Provides `LiveQueries`
 * everywhere.
 *
 * @example
 * @Module({ imports: [LiveModule.forRoot()], controllers: [ArticlesController] })
 * class AppModule {}
 */
@Module()
export class LiveModule {
  /**
   * @param options bounds, where clients connect, and how processes tell each other of changes
   * @throws {CorbelError} at boot: CORBEL_LIVE_OPTION, CORBEL_LIVE_ROUTE
   */
  static forRoot(options: LiveModuleOptions = {}): DynamicModule {
    return liveModule({ provide: LIVE_OPTIONS, useValue: options }, options)
  }

  /**
   * As `forRoot`, with bounds and `pubSub` that are made when the application starts.
   *
   * @param options where they come from
   */
  static forRootAsync({ useFactory, inject = [], imports, ...wire }: LiveModuleAsyncOptions): DynamicModule {
    return liveModule({ provide: LIVE_OPTIONS, useFactory, inject }, wire, imports)
  }
}

function liveModule(
  options: Provider,
  { path = '/live', gateway = {}, decorators = [], headers }: LiveWireOptions,
  imports: readonly ModuleImport[] = [],
): DynamicModule {
  const providers: Provider[] = [
    options,
    { provide: LiveHub, useFactory: hubOf, inject: [AppModel] },
    { provide: LiveQueries, useFactory: (hub: LiveHub) => new LiveQueries(hub), inject: [LiveHub] },
  ]
  if (path !== false) providers.push(liveGateway({ gateway: { path, ...gateway }, decorators, headers }))
  return {
    module: LiveModule,
    global: true,
    imports,
    providers,
    exports: [LiveQueries],
    features: [new LiveFeature()],
  }
}
