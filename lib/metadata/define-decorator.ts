import {
  declarerOf,
  existingParameters,
  existingValues,
  lineage,
  nearestValue,
  noteHandler,
  noteProblem,
  ownValues,
  type DeclaringClass,
  type MetadataKey,
} from './store.js'

/** Where a decorator may stand. `parameter` is a method's, `constructor-parameter` the constructor's. */
export type DecoratorTarget =
  'class' | 'method' | 'property' | 'parameter' | 'constructor-parameter' | 'static-member'

/**
 * What happens where values meet, in one class, along inheritance, and from class to method: the nearest replaces the
 * others, or lists are joined (base class, class, method; on one target in the order in which decorators are applied,
 * that is from the bottom up).
 */
export type MergeRule = 'replace' | 'append'

/** A decorator, declared rather than programmed. */
export interface DecoratorOptions<Args extends readonly unknown[], Value> {
  /** As users write it, without `@`. */
  readonly name: string
  readonly on: readonly DecoratorTarget[]
  /** `'replace'` by default; with `'append'` the value must be an array. */
  readonly merge?: MergeRule
  /** True if a second use on the same target is meant to win silently; otherwise it is reported at boot. */
  readonly repeatable?: boolean
  /** Makes the stored value of the arguments. */
  value(...args: Args): Value
  /** Says what is wrong with a value, in words that go on from "it …"; undefined if nothing is. */
  check?(value: Value): string | undefined
  /** The name for messages, where one definition serves several decorators (`@Get`, `@Post` …). */
  label?(value: Value): string
}

/** How a decorator and the readers of its value find each other. */
export interface MetadataRef<Value> {
  readonly key: MetadataKey
  readonly decoratorName: string
  readonly merge: MergeRule
  /** Exists in types only. */
  readonly __value?: Value
}

/** Accepted by TypeScript on classes, methods, properties and parameters alike; the place is checked when it is applied. */
export type AnyDecorator = (target: object, member?: string | symbol, place?: unknown) => void

/** The function that users call, which is also the reference by which its value is read. */
export type DefinedDecorator<Args extends readonly unknown[], Value> = ((...args: Args) => AnyDecorator) &
  MetadataRef<Value>

/**
 * Defines a decorator: target checks, duplicate detection, inheritance and reading come with it.
 *
 * @param options name, places, merge rule and the value it stores
 * @returns the decorator, to be called with its arguments; also the key for `readClass`, `readMember`, `readParameters`
 * @example
 * export const HttpCode = defineDecorator({ name: 'HttpCode', on: ['method'], value: (status: number) => status })
 */
export function defineDecorator<Args extends readonly unknown[], Value>(
  options: DecoratorOptions<Args, Value>,
): DefinedDecorator<Args, Value> {
  const key = Symbol(`corbel:${options.name}`)
  const merge = options.merge ?? 'replace'
  const decorate = (...args: Args): AnyDecorator => {
    const value = options.value(...args)
    return (target, member, place) => {
      const site = siteOf(target, member, place)
      const reason = options.on.includes(site.kind)
        ? (options.check?.(value) ??
          write(site, key, value, { merge, repeatable: options.repeatable === true }))
        : `it belongs on a ${options.on.join(' or a ')}, not on a ${site.kind}`.replaceAll('-', ' ')
      if (reason === undefined) return
      const decorator = `@${options.label?.(value) ?? options.name}`
      // what is told here ends with a full stop of its own
      noteProblem(site.owner, { decorator, place: describeSite(site), reason: reason.replace(/\.$/, '') })
    }
  }
  return Object.assign(decorate, { key, decoratorName: options.name, merge })
}

interface Site {
  readonly kind: DecoratorTarget
  readonly owner: DeclaringClass
  readonly member: PropertyKey | undefined
  readonly parameter: number | undefined
}

function siteOf(target: object, member: string | symbol | undefined, place: unknown): Site {
  const owner = (typeof target === 'function' ? target : target.constructor) as DeclaringClass
  if (typeof target === 'function' && member !== undefined) {
    const parameter = typeof place === 'number' ? place : undefined
    return { kind: 'static-member', owner, member, parameter }
  }
  if (typeof place === 'number') {
    const kind = member === undefined ? 'constructor-parameter' : 'parameter'
    return { kind, owner, member, parameter: place }
  }
  if (member === undefined) return { kind: 'class', owner, member, parameter: undefined }
  const descriptor = place as PropertyDescriptor | undefined
  const handler = descriptor?.value as unknown
  if (typeof handler !== 'function') return { kind: 'property', owner, member, parameter: undefined }
  noteHandler(handler, owner, member)
  return { kind: 'method', owner, member, parameter: undefined }
}

function describeSite(site: Site): string {
  const member = site.member === undefined ? '' : `.${String(site.member)}`
  const parameter = site.parameter === undefined ? '' : `[${site.parameter}]`
  return `${site.owner.name}${member}${parameter}`
}

/** @returns what is wrong with it, if anything */
function write(
  site: Site,
  key: MetadataKey,
  value: unknown,
  rule: { readonly merge: MergeRule; readonly repeatable: boolean },
): string | undefined {
  const values = ownValues(site.owner, site.member, site.parameter)
  if (values.has(key) && rule.merge === 'append') {
    values.set(key, [...(values.get(key) as unknown[]), ...(value as unknown[])])
    return undefined
  }
  if (values.has(key) && !rule.repeatable) return 'one of its kind stands there already; remove one of them'
  values.set(key, value)
  return undefined
}

/**
 * The value on a class, with what it inherits.
 *
 * @param ref the decorator
 * @param target the class
 */
export function readClass<Value>(ref: MetadataRef<Value>, target: DeclaringClass): Value | undefined {
  // asked for each route of an application, mostly for nothing
  const nearest = nearestValue(target, ref.key) as Value | undefined
  if (nearest === undefined || ref.merge === 'replace') return nearest
  return mergeValues(
    ref.merge,
    lineage(target).map((one) => existingValues(one)?.get(ref.key)),
  ) as Value
}

/**
 * The value on a method or property, which may be inherited.
 *
 * @param ref the decorator
 * @param target the class
 * @param member the method's or property's name
 */
export function readMember<Value>(
  ref: MetadataRef<Value>,
  target: DeclaringClass,
  member: PropertyKey,
): Value | undefined {
  return existingValues(declarerOf(target, member), member)?.get(ref.key) as Value | undefined
}

/**
 * The values on the parameters of a method, or of the constructor.
 *
 * @param ref the decorator
 * @param target the class
 * @param member the method's name; the constructor if it is left out
 * @returns value by parameter index
 */
export function readParameters<Value>(
  ref: MetadataRef<Value>,
  target: DeclaringClass,
  member?: PropertyKey,
): ReadonlyMap<number, Value> {
  const owner = member === undefined ? constructorOwner(target) : declarerOf(target, member)
  return new Map(ownParameters(ref, owner, member))
}

/**
 * As `readParameters`, with what an override does not say itself: its parameters keep the decorators of the method that
 * it overrides, index by index.
 *
 * @param ref the decorator
 * @param target the class
 * @param member the method's name
 * @returns value by parameter index
 */
export function readInheritedParameters<Value>(
  ref: MetadataRef<Value>,
  target: DeclaringClass,
  member: PropertyKey,
): ReadonlyMap<number, Value> {
  return new Map(lineage(target).flatMap((one) => [...ownParameters(ref, one, member)]))
}

function* ownParameters<Value>(
  ref: MetadataRef<Value>,
  owner: DeclaringClass,
  member: PropertyKey | undefined,
): Iterable<[number, Value]> {
  for (const [index, values] of existingParameters(owner, member) ?? []) {
    if (values.has(ref.key)) yield [index, values.get(ref.key) as Value]
  }
}

/**
 * Joins values from the outermost to the nearest.
 *
 * @param merge the rule
 * @param values outermost first; undefined where nothing was declared
 */
export function mergeValues(merge: MergeRule, values: readonly unknown[]): unknown {
  const declared = values.filter((value) => value !== undefined)
  if (declared.length === 0) return undefined
  return merge === 'append' ? declared.flat() : declared[declared.length - 1]
}

/**
 * The class whose constructor runs: a class without one of its own (and so without recorded parameter types) uses the
 * constructor of the class that it extends.
 *
 * @param target any class
 */
export function constructorOwner(target: DeclaringClass): DeclaringClass {
  const chain = lineage(target)
  for (let i = chain.length - 1; i >= 0; i--) {
    const one = chain[i]!
    if (
      Reflect.hasOwnMetadata('design:paramtypes', one) ||
      existingParameters(one) !== undefined ||
      one.length > 0
    ) {
      return one
    }
  }
  return target
}
