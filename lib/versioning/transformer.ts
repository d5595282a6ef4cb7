import { defineError, isClass, listOf, type Class, type MaybePromise } from '../common/index.js'
import { Injectable, type ModuleRecord, type ProviderRecord } from '../di/index.js'
import { defineDecorator, readClass, type AnyDecorator } from '../metadata/index.js'
import type { HttpContext } from '../web/index.js'

/** A transformer that does nothing, or that could not be chosen. */
export const TransformerInvalid = defineError<{ class: string; module: string; reason: string }>(
  'CORBEL_VERSION_TRANSFORMER',
  '{class} in {module} is no version transformer that could work: {reason}',
)

/** What `@VersionTransformer` says. */
export interface TransformerOptions {
  /** The newer version: the shape that `response` is given and that `request` makes. */
  readonly from: string
  /** The older version: the shape that `response` makes and that `request` is given. */
  readonly to: string
  /** The class of the newest shape, or several: that of `@Returns` and of `@Body()` parameters. */
  readonly type: Class | readonly Class[]
  /**
   * The class of the older shape, for documents; several in the order of `type`. Without it, documents leave open what the
   * older version looks like.
   */
  readonly shape?: Class | readonly Class[]
}

/** A step between the shapes of two versions; it needs one of the two methods. */
export interface VersionTransform {
  /**
   * Makes the older shape of a result.
   *
   * @param value one object in the newer shape; lists are given one by one. It may be shared: make another, do not change it
   * @param context the call; undefined where a `VersionConverter` was not given one
   */
  // eslint-disable-next-line typescript/no-explicit-any -- the shape is the transformer's to say
  response?(value: any, context?: HttpContext): MaybePromise<unknown>
  /**
   * Makes the newer shape of a body. It is called before validation: what it gets may be any object.
   *
   * @param value one object in what should be the older shape
   * @param context the call
   */
  // eslint-disable-next-line typescript/no-explicit-any -- as above
  request?(value: any, context?: HttpContext): MaybePromise<unknown>
}

/** What `@VersionTransformer` stores. */
const TransformerMetadata = defineDecorator({
  name: 'VersionTransformer',
  on: ['class'],
  merge: 'append',
  value: (options: TransformerOptions) => [options],
  check: ([options]) => optionsProblem(options!),
})

function optionsProblem({ from, to, type, shape = [] }: TransformerOptions): string | undefined {
  if (typeof from !== 'string' || typeof to !== 'string' || from === to) {
    return 'does not say from which version to which other one'
  }
  const types = listOf(type)
  const shapes = listOf(shape)
  if (!shapes.every((one) => isClass(one))) {
    return 'has a shape that is no class (an import cycle may have hidden it)'
  }
  if (shapes.length > 1 && shapes.length !== types.length) {
    return 'has another number of shapes than of types'
  }
  return types.length > 0 && types.every((one) => isClass(one))
    ? undefined
    : 'names no class as its type (an import cycle may have hidden it)'
}

/**
 * Declares the step between two versions of a class. List the transformer among the providers of any module; it may
 * inject what it needs.
 *
 * @param options from which version to which, and of which class
 * @example
 * @VersionTransformer({ from: '3', to: '2', type: User })
 * class OneName implements VersionTransform {
 *   response({ first, last, ...rest }: User) { return { ...rest, name: `${first} ${last}` } }
 * }
 */
export function VersionTransformer(options: TransformerOptions): AnyDecorator {
  const note = TransformerMetadata(options)
  const injectable = Injectable()
  return (target, member, place) => {
    note(target, member, place)
    if (member === undefined) injectable(target)
  }
}

/** One class that a transformer works on. */
export interface KnownTransformer {
  readonly from: string
  readonly to: string
  readonly type: Class
  /** The class of the older shape, where it is said. */
  readonly shape: Class | undefined
  /** Which of the two methods it has. */
  readonly has: Readonly<Record<'response' | 'request', boolean>>
  readonly name: string
  readonly record: ProviderRecord
}

/**
 * The transformers that a provider stands for.
 *
 * @param type its class
 * @param record of the provider
 * @param module that lists it
 * @param report is told of what is wrong
 */
export function transformersOf(
  type: Class,
  record: ProviderRecord,
  module: ModuleRecord,
  report: (problem: Error) => void,
): readonly KnownTransformer[] {
  const declared = readClass(TransformerMetadata, type)
  if (declared === undefined || record.role !== 'provider') return []
  const { response, request } = type.prototype as VersionTransform
  if (typeof response !== 'function' && typeof request !== 'function') {
    const reason = 'it has neither response(value) nor request(value). Add one of them.'
    report(new TransformerInvalid({ class: type.name, module: module.name, reason }))
    return []
  }
  const has = { response: typeof response === 'function', request: typeof request === 'function' }
  return declared.flatMap(({ from, to, type: types, shape = [] }) => {
    const shapes = listOf(shape)
    return listOf(types).map((one, index) => {
      const older = shapes.length === 1 ? shapes[0] : shapes[index]
      return { from, to, type: one, shape: older, has, name: type.name, record }
    })
  })
}
