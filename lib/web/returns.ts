import { isClass, type Class } from '../common/index.js'
import { defineDecorator, returnType } from '../metadata/index.js'
import type { EndpointModel } from '../pipeline/index.js'

/** Options of `@Returns`. */
export interface ReturnsOptions {
  /** The response status that it is about; every one without an own declaration if it is left out. */
  readonly status?: number
  /** True if `null` and nothing at all may be returned, too. */
  readonly nullable?: boolean
}

/** What one `@Returns` says. */
export interface ReturnsDeclaration extends ReturnsOptions {
  /** A class with rules, or a Standard Schema. */
  readonly type: Class | object
  /** True for a list of them. */
  readonly isList: boolean
}

/**
 * Declares what a handler returns: a class, or `[a class]` for lists. Outside production its values are held to the
 * rules of the class, and the class tells the JSON writer which keys to expect. Several stand for several statuses.
 *
 * @param type the class (or a Standard Schema), or a list of one
 * @param options see `ReturnsOptions`
 * @example
 * @Get() @Returns([User]) list(): Promise<User[]> { … }
 */
export const Returns = defineDecorator({
  name: 'Returns',
  on: ['method'],
  merge: 'append',
  value: (
    type: Class | object | readonly [Class | object],
    options: ReturnsOptions = {},
  ): ReturnsDeclaration[] => {
    const isList = Array.isArray(type)
    return [{ ...options, type: (isList ? type[0] : type) as Class | object, isList }]
  },
  check: ([declared]) =>
    (typeof declared!.type === 'object' && declared!.type !== null) || typeof declared!.type === 'function'
      ? undefined
      : 'names no class (an import cycle may have hidden it)',
})

/**
 * The class whose objects an endpoint usually returns: that of `@Returns` for its status, otherwise the declared type of
 * the method, where that is no promise.
 *
 * @param endpoint the endpoint
 * @param status with which it usually answers
 * @returns undefined if nothing is known
 */
export function declaredReturn(
  { metadata, owner, member }: EndpointModel,
  status: number,
): { readonly type: Class; readonly isList: boolean } | undefined {
  const declared = metadata.onMethod(Returns) ?? []
  const found =
    declared.find((one) => one.status === status) ?? declared.find((one) => one.status === undefined)
  if (found !== undefined) return isClass(found.type) ? { type: found.type, isList: found.isList } : undefined
  const type = returnType(owner, member)
  return type === undefined || BUILT_IN.has(type) || !isClass(type) ? undefined : { type, isList: false }
}

const BUILT_IN = new Set<unknown>([
  Object,
  Array,
  String,
  Number,
  Boolean,
  Promise,
  Function,
  Date,
  Map,
  Set,
  Buffer,
  Uint8Array,
])
