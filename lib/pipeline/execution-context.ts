import type { Class } from '../common/index.js'
import type { ResolutionScope } from '../di/index.js'

/** A method of a user's class. */
// eslint-disable-next-line typescript/no-explicit-any -- any method of any class
export type Handler = (...args: any[]) => unknown

/** The HTTP side of a call. */
export interface HttpArgumentsHost {
  getRequest<T = unknown>(): T
  getResponse<T = unknown>(): T
  getNext<T = unknown>(): T
}

/** The WebSocket side of a call. */
export interface WsArgumentsHost {
  getData<T = unknown>(): T
  getClient<T = unknown>(): T
  getPattern(): string
}

/** The message side of a call. */
export interface RpcArgumentsHost {
  getData<T = unknown>(): T
  getContext<T = unknown>(): T
}

/** The arguments of a call, whatever transport it came by: what filters and parameter decorators get. */
export interface ArgumentsHost {
  /** `http`, `ws`, `rpc`, `graphql` … */
  getType<T extends string = string>(): T
  getArgs<T extends readonly unknown[] = unknown[]>(): T
  getArgByIndex<T = unknown>(index: number): T
  switchToHttp(): HttpArgumentsHost
  switchToWs(): WsArgumentsHost
  switchToRpc(): RpcArgumentsHost
}

/** A call on its way to a method: what guards and interceptors get. */
export interface ExecutionContext extends ArgumentsHost {
  /** The class of the handler, as it was declared. */
  getClass<T = unknown>(): Class<T>
  /** The method itself: metadata is read from it. */
  getHandler(): Handler
}

/** What the pipeline needs of a transport's context beyond what users see. */
export interface PipelineContext extends ExecutionContext {
  /** The request-scoped instances of this call; made when first read. */
  readonly scope: ResolutionScope
}
