import type { Class, MaybePromise } from '../common/index.js'
import type { ArgumentsHost, ExecutionContext } from './execution-context.js'
import type { CallHandler } from './call-handler.js'
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
  transform(value: T, metadata: ArgumentMetadata): R
  /**
   * Called once per parameter at boot, if there: gives the function that serves this parameter, or undefined where the
   * pipe has nothing to do with it, so that the parameter pays nothing.
   */
  prepare?(metadata: ArgumentMetadata): ((value: T) => R) | undefined
}

/** Answers for an exception of the types named in its `@Catch`. */
export interface ExceptionFilter<T = unknown> {
  catch(exception: T, host: ArgumentsHost): unknown
}

/** An enhancer as decorators take it: a class, which the container builds, or an instance. */
export type EnhancerOf<T> = Class<T> | T
