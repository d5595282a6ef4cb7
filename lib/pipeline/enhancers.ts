import type { Class, MaybePromise } from '../common/index.js'
import type { ArgumentsHost, ExecutionContext } from './execution-context.js'
import type { CallHandler } from './call-handler.js'
import type { EndpointModel } from './endpoint.js'
import type { ObservableLike } from './observable.js'

/** Decides whether a call may go on; `false` answers 403 (or the transport's equivalent). */
export interface CanActivate {
  canActivate(context: ExecutionContext): MaybePromise<boolean> | ObservableLike<boolean>
}

/** Wraps a call: sees it before and its result after, may replace either, or never call the handler. */
// eslint-disable-next-line typescript/no-explicit-any -- an interceptor that says nothing takes and gives anything
export interface Interceptor<T = any, R = any> {
  intercept(
    context: ExecutionContext,
    next: CallHandler<T>,
  ): MaybePromise<R | ObservableLike<R>> | CallHandler<R> | Promise<CallHandler<R>>
  /**
   * Called once per endpoint at boot, if there, where the transport writes results as text and nothing stands further out
   * that could look at them: gives what writes a result in one go, in place of `intercept`, which is not called then.
   * Undefined where the interceptor has to see the call.
   */
  prepareResultWriter?(endpoint: EndpointModel): ResultWriter | undefined
}

/** Stands for an interceptor that only makes results ready to be written. */
export interface ResultWriter {
  /** Writes a result: the text of what `intercept` would have given. */
  readonly write: (value: unknown) => string
  /** The same for a whole body: bytes of UTF-8 where they are at hand. Without one, `write` is asked. */
  readonly writeBody?: (value: unknown) => string | Uint8Array
  /** What `intercept` would have given, for whoever looks at it after all. */
  readonly convert: (value: unknown) => unknown
}

/** Where a piped value comes from: a part of the request, or a decorator of the user's own. */
export type ParamType = 'body' | 'query' | 'param' | 'custom' | 'header' | 'cookie'

/** What a pipe knows about the parameter that it serves. */
export interface ArgumentMetadata {
  readonly type: ParamType
  /** The declared type, where the compiler recorded one. */
  readonly metatype?: Class | undefined
  /** What was given to the decorator: `'id'` of `@Param('id')`. */
  readonly data?: string | undefined
}

/** Turns one argument into another, or refuses it by throwing. */
export interface PipeTransform<T = unknown, R = unknown> {
  /**
   * @param value what the parameter decorator took out of the call, or the pipe before has made of it
   * @param metadata of the parameter
   * @param context the call; undefined where the pipe is called by hand
   */
  transform(value: T, metadata: ArgumentMetadata, context?: ExecutionContext): R
  /**
   * Called once per parameter at boot, if there: gives the function that serves this parameter, or undefined where the
   * pipe has nothing to do with it, so that the parameter pays nothing.
   */
  prepare?(metadata: ArgumentMetadata): ((value: T, context?: ExecutionContext) => R) | undefined
}

/** Answers for an exception of the types named in its `@Catch`. */
export interface ExceptionFilter<T = unknown> {
  catch(exception: T, host: ArgumentsHost): unknown
}

/** An enhancer as decorators take it: a class, which the container builds, or an instance. */
export type EnhancerOf<T> = Class<T> | T
