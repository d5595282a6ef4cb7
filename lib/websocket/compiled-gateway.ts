import { isPromise, type MaybePromise } from '../common/index.js'
import type { RequestContext } from '../core/index.js'
import { NOT_FILTERED, runFilters, type ExecutionPlan } from '../pipeline/index.js'
import type { Gateway, Refused, WebSocketAdapter } from './adapter.js'
import type { GatewayOptions } from './decorators.js'
import type { MessageEndpoint } from './endpoint.js'
import { describeException, UNKNOWN_ERROR } from './error-frame.js'
import { MESSAGE_STREAM, type MessageBinding } from './params.js'
import { deliver } from './results.js'
import { WsContext, type Acknowledge } from './ws-context.js'

/** A method of a gateway, ready to run. */
export interface MessagePlan {
  readonly endpoint: MessageEndpoint
  readonly plan: ExecutionPlan<WsContext>
}

/** What a gateway is compiled from. */
export interface GatewayParts {
  readonly name: string
  readonly port: number
  readonly options: GatewayOptions
  readonly methods: readonly MessagePlan[]
  /** The gateway itself, where it is not made for each message. */
  readonly instance: object | undefined
  /** Its properties that get the server. */
  readonly serverProperties: readonly PropertyKey[]
  /** Gets the server for instances that are made later. */
  keepServer(server: object): void
  readonly adapter: WebSocketAdapter
  readonly requestContext: RequestContext | undefined
  /** Told of errors that are not the client's. */
  report(error: unknown, what: string): void
}

/** Runs messages and connections through the plans of a gateway's methods, and sends what comes of it. */
export class CompiledGateway implements Gateway {
  readonly name: string
  readonly port: number
  readonly options: GatewayOptions
  readonly events: ReadonlySet<string>
  readonly streamed: ReadonlySet<string> | undefined
  private readonly byEvent = new Map<string, MessagePlan[]>()
  private readonly onConnect: MessagePlan | undefined
  private readonly onDisconnect: MessagePlan | undefined

  constructor(private readonly parts: GatewayParts) {
    this.name = parts.name
    this.port = parts.port
    this.options = parts.options
    for (const method of parts.methods) {
      const { role, event } = method.endpoint
      if (role !== 'message') continue
      this.byEvent.set(event, [...(this.byEvent.get(event) ?? []), method])
    }
    this.events = new Set(this.byEvent.keys())
    const streamed = parts.methods.filter(({ endpoint }) =>
      endpoint.params.some((param) => (param as Partial<MessageBinding>).label === MESSAGE_STREAM),
    )
    this.streamed = streamed.length > 0 ? new Set(streamed.map(({ endpoint }) => endpoint.event)) : undefined
    this.onConnect = parts.methods.find(({ endpoint }) => endpoint.role === 'connection')
    this.onDisconnect = parts.methods.find(({ endpoint }) => endpoint.role === 'disconnect')
  }

  async initialise(server: object): Promise<void> {
    const { instance, serverProperties } = this.parts
    this.parts.keepServer(server)
    if (instance === undefined) return
    for (const property of serverProperties) Reflect.set(instance, property, server)
    const { afterInit } = instance as { afterInit?: (server: object) => unknown }
    await afterInit?.call(instance, server)
  }

  connect(client: object, refused?: Refused): MaybePromise<boolean> {
    if (this.onConnect === undefined) return true
    const { endpoint } = this.onConnect
    const context = new WsContext(endpoint, client, undefined, undefined)
    return this.run(
      this.onConnect,
      context,
      () => true,
      (error) => {
        refused?.(error)
        return false
      },
    )
  }

  message(client: object, event: string, data: unknown, acknowledge?: Acknowledge): MaybePromise<void> {
    const methods = this.byEvent.get(event)
    if (methods === undefined) return undefined
    if (methods.length === 1) return this.answer(methods[0]!, client, data, acknowledge)
    return this.answerAll(methods, client, data, acknowledge)
  }

  disconnect(client: object, reason: string): MaybePromise<void> {
    if (this.onDisconnect === undefined) return undefined
    const context = new WsContext(this.onDisconnect.endpoint, client, reason, undefined)
    return this.run(this.onDisconnect, context, ignore, ignore)
  }

  /** Several methods for one event are independent of each other. */
  private async answerAll(
    methods: readonly MessagePlan[],
    client: object,
    data: unknown,
    acknowledge: Acknowledge | undefined,
  ): Promise<void> {
    await Promise.all(methods.map(async (method) => this.answer(method, client, data, acknowledge)))
  }

  private answer(
    method: MessagePlan,
    client: object,
    data: unknown,
    acknowledge: Acknowledge | undefined,
  ): MaybePromise<void> {
    const context = new WsContext(method.endpoint, client, data, acknowledge)
    const { adapter } = this.parts
    return this.run(method, context, (value) => deliver(adapter, client, value, acknowledge), ignore)
  }

  /** Runs a plan, and hands what it throws to the filters, or to the client. */
  private run<T>(
    { plan, endpoint }: MessagePlan,
    context: WsContext,
    done: (value: unknown) => MaybePromise<T>,
    failed: (error: unknown) => T,
  ): MaybePromise<T> {
    const { requestContext } = this.parts
    const call = (): MaybePromise<T> => {
      const fail = (error: unknown): MaybePromise<T> => {
        const told = this.tell(plan, endpoint, context, error)
        return isPromise(told) ? told.then(() => failed(error)) : failed(error)
      }
      try {
        const value = plan.run(context)
        if (isPromise(value)) return value.then(done).catch(fail)
        const delivered = done(value)
        return isPromise<T>(delivered) ? delivered.catch(fail) : delivered
      } catch (error) {
        return fail(error)
      }
    }
    return requestContext === undefined ? call() : requestContext.run(call, context)
  }

  private tell(
    plan: ExecutionPlan<WsContext>,
    endpoint: MessageEndpoint,
    context: WsContext,
    error: unknown,
  ): MaybePromise<void> {
    const client = context.getClient()
    const unhandled = (reason: unknown): void =>
      this.tellDefault(endpoint, client, reason, context.acknowledge)
    try {
      const handled = runFilters(plan.filters, error, context)
      if (handled === NOT_FILTERED) return unhandled(error)
      const answered = (value: unknown): MaybePromise<void> =>
        deliver(this.parts.adapter, client, value, context.acknowledge)
      return isPromise(handled) ? handled.then(answered).catch(unhandled) : answered(handled)
    } catch (failure) {
      return unhandled(failure)
    }
  }

  private tellDefault(
    endpoint: MessageEndpoint,
    client: object,
    error: unknown,
    acknowledge: Acknowledge | undefined,
  ): void {
    const { report, adapter, name } = this.parts
    const data = describeException(error)
    if (data === undefined) report(error, `${name} ${endpoint.event}`)
    try {
      const cause = endpoint.role === 'message' ? { cause: { pattern: endpoint.event } } : {}
      const told = { ...(data ?? UNKNOWN_ERROR), ...cause }
      if (acknowledge?.reject === undefined) adapter.emit(client, 'exception', told)
      else acknowledge.reject(told)
    } catch (failure) {
      report(failure, `${name} ${endpoint.event}`)
    }
  }
}

function ignore(): void {
  // nothing is to be done
}
