import type {
  AppBuilder,
  AppModel,
  DeclaredClass,
  Feature,
  LoggerService,
  RunningApp,
} from '../core/index.js'
import { aliasTarget, type ProviderRecord, type Token } from '../di/index.js'
import { existingMembers, lineage, readClass, readMember, type MetadataRef } from '../metadata/index.js'
import type { EndpointModel } from '../pipeline/index.js'
import { FALLBACKS, UPGRADES, WEB_SOCKET_ADAPTER } from '../web/index.js'
import type { WebSocketAdapter } from './adapter.js'
import { CompiledGateway, type GatewayParts, type MessagePlan } from './compiled-gateway.js'
import { GatewayMetadata, WebSocketServer, type GatewayDeclaration } from './decorators.js'
import type { MessageEndpoint } from './endpoint.js'
import { ENTER_STEP } from './entering.js'
import { GatewayServers } from './gateway-servers.js'
import { HandlerMetadata } from './handler-decorator.js'
import { inspectGateway } from './inspect.js'
import { GATEWAY_OBSERVER, type GatewayObserver } from './observer.js'
import { PlainAdapter } from './plain/adapter.js'
import { handlerStep, inspectHandler } from './raw/inspect-handler.js'
import { RAW_ADAPTER } from './raw/raw-adapter.js'
import { RawHandlers } from './raw/raw-handlers.js'
import { findTaken } from './raw/shared-paths.js'
import { serverStep } from './server-step.js'

/**
 * Gateways: inspects the declared classes, compiles their methods like those of controllers, and hands them to the adapter.
 * It does nothing where there is no gateway.
 */
export function webSocketFeature(): Feature {
  return new WebSocketFeature()
}

class WebSocketFeature implements Feature {
  readonly name = 'websocket'
  readonly requires = ['web']
  private adapter: WebSocketAdapter | undefined
  private handlers: RawHandlers | undefined
  private logger: LoggerService | undefined
  private readonly servers = new GatewayServers()
  private stopping: Promise<unknown> | undefined

  configure(build: AppBuilder): void {
    build.provide({ provide: GatewayServers, useValue: this.servers })
  }

  readonly inspect: NonNullable<Feature['inspect']> = (declared: DeclaredClass, model: AppModel) => {
    inspectGateway(declared, model)
    inspectHandler(declared, model)
  }

  check(model: AppModel): void {
    const handlers = recordsWith(model, HandlerMetadata).map(({ metatype }) => ({
      name: metatype!.name,
      path: readClass(HandlerMetadata, metatype!)!.path,
    }))
    handlers.forEach((handler, at) => {
      const error = findTaken(handlers.slice(0, at), handler)
      if (error !== undefined) model.report(error)
    })
    if (handlers.length > 0) model.contribute(UPGRADES, (context) => this.handlers?.upgrade(context) ?? false)
    if (recordsWith(model, GatewayMetadata).length === 0) return
    // what the application is told until it starts counts
    model.contribute(UPGRADES, (context) => this.adapter?.upgrade(context) ?? false)
    model.contribute(
      FALLBACKS,
      () => this.adapterOf(model).fallbacks?.(recordsWith(model, GatewayMetadata).map(declared)) ?? [],
    )
  }

  describe(endpoint: EndpointModel): object | undefined {
    if (endpoint.kind !== 'ws') return undefined
    const { event, role, owner } = endpoint as unknown as MessageEndpoint
    const handler = readClass(HandlerMetadata, owner)
    if (handler !== undefined) return { event, role, adapter: RAW_ADAPTER.name, path: handler.path }
    const { port, options } = readClass(GatewayMetadata, owner)!
    const { path } = options
    const namespace = options.namespace?.toString()
    return { event, role, adapter: this.adapter?.name, ...(port > 0 && { port }), path, namespace }
  }

  async compile(model: AppModel): Promise<void> {
    const records = recordsWith(model, GatewayMetadata)
    const handlers = recordsWith(model, HandlerMetadata)
    if (records.length + handlers.length === 0) return
    const servers = new Map<object, object>()
    model.addSteps(ENTER_STEP)
    model.addSteps(serverStep(model.injector, servers, (type) => serverPropertiesOf(type)))
    model.addSteps(handlerStep(model.injector))
    const report = (error: unknown, what: string): void => this.logger?.error(error, what)
    await this.compileHandlers(model, handlers, report)
    if (records.length === 0) return
    const adapter = this.adapterOf(model)
    const observer = observerOf(model)
    const gateways: CompiledGateway[] = []
    for (const record of records) {
      const type = record.metatype!
      gateways.push(
        await compileGateway(model, record, adapter, {
          ...declared(record),
          serverProperties: serverPropertiesOf(type),
          keepServer: (server) => void servers.set(type, server),
          report,
        }),
      )
    }
    for (const gateway of gateways)
      if (gateway.port === 0 && adapter.pathOf !== undefined)
        this.handlers?.leaveTo({ name: gateway.name, path: adapter.pathOf(gateway) })
    const provided = (token: Token): unknown => providerOf(model, token)
    await adapter.start(gateways, { report, provided, observer })
    this.servers.use(adapter.gatewayServers?.() ?? new Map())
  }

  private async compileHandlers(
    model: AppModel,
    records: readonly ProviderRecord[],
    report: GatewayParts['report'],
  ): Promise<void> {
    if (records.length === 0) return
    const handlers = []
    for (const record of records) {
      const declaration = readClass(HandlerMetadata, record.metatype!)!
      const gateway = await compileGateway(model, record, RAW_ADAPTER, {
        port: 0,
        options: {},
        serverProperties: [],
        keepServer: () => undefined,
        report,
      })
      handlers.push({ declaration, gateway })
    }
    this.handlers = new RawHandlers(handlers, { report, observer: observerOf(model) })
  }

  private adapterOf(model: AppModel): WebSocketAdapter {
    const given = model.contributions(WEB_SOCKET_ADAPTER).at(-1) as WebSocketAdapter | undefined
    return (this.adapter ??= given ?? new PlainAdapter())
  }

  async start({ logger }: RunningApp): Promise<void> {
    this.logger = logger
    await this.adapter?.listen()
  }

  /** Clients that poll, and WebSockets over HTTP/2, are requests in flight: the server would wait for them. */
  drain(): void {
    this.stopping = this.stopAll()
    // `stop` tells of it
    this.stopping.catch(() => undefined)
  }

  async stop(): Promise<void> {
    await (this.stopping ?? this.stopAll())
  }

  private stopAll(): Promise<unknown> {
    return Promise.all([this.handlers?.stop(), this.adapter?.stop()])
  }
}

function messageEndpoints(model: AppModel): readonly MessageEndpoint[] {
  return (model.endpoints as unknown as readonly MessageEndpoint[]).filter(({ kind }) => kind === 'ws')
}

/** Compiles the methods of a gateway, or what stands in front of a handler. */
async function compileGateway(
  model: AppModel,
  { metatype, instance }: ProviderRecord,
  adapter: WebSocketAdapter,
  parts: Omit<GatewayParts, 'name' | 'methods' | 'instance' | 'adapter' | 'requestContext'>,
): Promise<CompiledGateway> {
  const methods: MessagePlan[] = []
  const observer = observerOf(model)
  for (const endpoint of messageEndpoints(model)) {
    if (endpoint.owner !== metatype) continue
    const plan = await model.plan(endpoint, { keepStreams: true })
    methods.push({ endpoint, plan: observer?.method(endpoint, plan) ?? plan })
  }
  return new CompiledGateway({
    ...parts,
    name: metatype!.name,
    methods,
    adapter,
    requestContext: model.requestContext,
    instance: instance as object | undefined,
  })
}

function observerOf(model: AppModel): GatewayObserver | undefined {
  return model.contributions(GATEWAY_OBSERVER).at(-1)?.(model)
}

function recordsWith(model: AppModel, mark: MetadataRef<unknown>): readonly ProviderRecord[] {
  return [...model.graph.records()].filter(
    ({ role, metatype }) =>
      role === 'provider' && metatype !== undefined && readClass(mark, metatype) !== undefined,
  )
}

function providerOf(model: AppModel, token: Token): unknown {
  const record = [...model.graph.records()].findLast((one) => one.token === token)
  return record && aliasTarget(record).instance
}

function declared({ metatype }: Pick<ProviderRecord, 'metatype'>): GatewayDeclaration {
  return readClass(GatewayMetadata, metatype!)!
}

function serverPropertiesOf(type: new (...args: never[]) => unknown): readonly PropertyKey[] {
  // a property is looked for where it is declared: it is on no prototype
  const found = lineage(type as never).flatMap((one) =>
    [...existingMembers(one)].filter((member) => readMember(WebSocketServer, one, member) === true),
  )
  return [...new Set(found)]
}
