import type { Class } from '../common/index.js'
import { ContextIdFactory, type ResolutionScope } from '../di/index.js'
import type {
  Handler,
  HttpArgumentsHost,
  PipelineContext,
  RpcArgumentsHost,
  WsArgumentsHost,
} from '../pipeline/index.js'
import { TransportMismatch } from '../web/index.js'
import type { ExceptionData } from './error-frame.js'
import type { MessageEndpoint } from './endpoint.js'

/** Answers one message by many values. */
export interface AnswerStream {
  next(value: unknown): void
  /** Tells the client that these were all. */
  end(): void
  /** Forgets it, whether it has come to its end or not. */
  close(): void
}

/** Answers one message, where the client waits for that. */
export interface Acknowledge {
  (...values: unknown[]): void
  /** What the client calls its message, where the wire has names for them. */
  readonly id?: string | number
  /**
   * Begins to answer by many values, where the wire can.
   *
   * @param stop called when the client wants no more
   * @throws {CorbelError} CORBEL_WS_STREAMS
   */
  stream?(stop: () => void): AnswerStream
  /** What the client sends after its message, where the method takes that; see `@MessageStream()`. */
  readonly incoming?: AsyncIterable<unknown> | undefined
  /** Tells the client, where the wire can, that there will be no answer. */
  reject?(error: ExceptionData): void
}

/** One message, or one connection, on its way to a method of a gateway. */
export class WsContext implements PipelineContext, WsArgumentsHost {
  private resolutionScope: ResolutionScope | undefined

  /**
   * @param endpoint the method
   * @param client the adapter's socket
   * @param data the message
   * @param acknowledge undefined where the client waits for nothing
   */
  constructor(
    private readonly endpoint: MessageEndpoint,
    private readonly client: object,
    private readonly data: unknown,
    readonly acknowledge: Acknowledge | undefined,
  ) {}

  get scope(): ResolutionScope {
    return (this.resolutionScope ??= ContextIdFactory.getByRequest({ context: this }) as ResolutionScope)
  }

  getClass<T = unknown>(): Class<T> {
    return this.endpoint.owner as Class<T>
  }

  getHandler(): Handler {
    return Reflect.get(this.endpoint.owner.prototype as object, this.endpoint.member) as Handler
  }

  getType<T extends string = string>(): T {
    return 'ws' as T
  }

  getArgs<T extends readonly unknown[] = unknown[]>(): T {
    return [this.client, this.data, this.acknowledge] as unknown as T
  }

  getArgByIndex<T = unknown>(index: number): T {
    return this.getArgs()[index] as T
  }

  switchToWs(): WsArgumentsHost {
    return this
  }

  switchToHttp(): HttpArgumentsHost {
    throw new TransportMismatch({ asked: 'HTTP', actual: 'WebSocket' })
  }

  switchToRpc(): RpcArgumentsHost {
    throw new TransportMismatch({ asked: 'RPC', actual: 'WebSocket' })
  }

  getClient<T = object>(): T {
    return this.client as T
  }

  getData<T = unknown>(): T {
    return this.data as T
  }

  getPattern(): string {
    return this.endpoint.event
  }
}
