import type { AbstractClass, Class } from '../common/index.js'

/** A token of its own kind: carries the type of what it stands for. */
export class InjectionToken<T = unknown> {
  /** Exists in types only. */
  declare readonly __type?: T

  /**
   * @param description what a person reads in messages
   * @param options `multi`: each provider under this token stands beside the others instead of replacing them
   */
  constructor(
    readonly description: string,
    readonly options: { readonly multi?: boolean } = {},
  ) {}

  toString(): string {
    return this.description
  }
}

/** What a provider is known by. */
export type Token<T = unknown> = string | symbol | Class<T> | AbstractClass<T> | InjectionToken<T>

/** A token that is only known later, because two files import each other. */
export interface ForwardReference<T = unknown> {
  readonly forwardRef: () => T
}

/**
 * Refers to something that may not be defined yet: in `imports`, in `@Inject`, on both sides of a cycle.
 *
 * @param resolve gives the class or token; called at boot
 */
export function forwardRef<T>(resolve: () => T): ForwardReference<T> {
  return { forwardRef: resolve }
}

/** Tells a forward reference from what it refers to. */
export function isForwardReference(value: unknown): value is ForwardReference {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as ForwardReference).forwardRef === 'function'
  )
}

/**
 * A token in the words of a message.
 *
 * @param token any token; undefined is told as such, since it is what an import cycle leaves behind
 */
export function describeToken(token: unknown): string {
  if (typeof token === 'function') return token.name === '' ? 'an anonymous class' : token.name
  if (typeof token === 'string') return `"${token}"`
  if (typeof token === 'symbol' || token instanceof InjectionToken) return token.toString()
  return token === undefined ? 'undefined' : JSON.stringify(token)
}

/** Inject it to have the request (or the context given to `registerRequestByContextId`) of a request-scoped tree. */
export const REQUEST = new InjectionToken<object>('REQUEST')

/** Inject it into a transient or request-scoped provider to have the object that it is made for. */
export const INQUIRER = new InjectionToken<object>('INQUIRER')
