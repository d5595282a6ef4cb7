import { isPromise, type Class } from '../common/index.js'
import { principalOf } from '../core/index.js'
import { defineDecorator, existingMembers, lineage, readMember } from '../metadata/index.js'
import {
  isObservableLike,
  MappedStream,
  type EndpointModel,
  type PipelineContext,
  type Step,
} from '../pipeline/index.js'
import { nestedClass } from '../validation/nested-class.js'
import { declaredReturn, usualStatus } from '../web/index.js'
import type { Authorizer } from './authorizer.js'
import { isHttpEndpoint } from './http.js'

/** Who sees a field: whoever meets one of these. */
export interface Visibility<Owner = never, Caller = never> {
  /** One of them is enough. */
  readonly roles?: readonly string[]
  /** One of them is enough. */
  readonly permissions?: readonly string[]
  /**
   * A rule of its own.
   *
   * @param caller who sees the answer; undefined for nobody
   * @param owner the object that has the field
   */
  readonly when?: (caller: Caller | undefined, owner: Owner) => boolean
}

// nothing has to be looked at while no class of the process has such a field
let isInUse = false

/**
 * Leaves a property (or getter) out of answers to everybody else than those it names. It counts for instances of the class
 * wherever they are in a result, and for plain objects in the place of one: as `@Returns` says of the route, and below as `@Type`
 * or the declared type says of a property.
 *
 * @param visibility who sees it
 * @example
 * @VisibleTo({ roles: ['admin'], when: (user: Principal | undefined, account: Account) => user?.id === account.id })
 * email: string
 */
export const VisibleTo = defineDecorator({
  name: 'VisibleTo',
  on: ['property', 'method'],
  value: (visibility: Visibility) => {
    isInUse = true
    return visibility
  },
  check: ({ roles, permissions, when }) =>
    roles === undefined && permissions === undefined && when === undefined
      ? 'names nobody; use @Exclude() for what nobody sees'
      : undefined,
})

/**
 * The step that takes from results what their caller must not see, right behind the check of results: whatever stands
 * further out, interceptors above all, finds results that are fit to leave.
 *
 * @param endpoint of any transport
 * @param authorizerOf known once the application is built
 */
export function fieldStep<C extends PipelineContext>(
  endpoint: EndpointModel,
  authorizerOf: () => Authorizer,
): Step<C> | undefined {
  if (!isInUse) return undefined
  const declared = isHttpEndpoint(endpoint)
    ? declaredReturn(endpoint, usualStatus(endpoint))?.type
    : undefined
  const filter = (context: C, result: unknown): unknown => {
    if (typeof result !== 'object' || result === null) return result
    if (isPromise(result)) return result.then((value) => filter(context, value))
    const change = (value: unknown): unknown =>
      new VisibleFields(authorizerOf(), principalOf(context)).of(value, declared)
    if (isObservableLike(result)) return new MappedStream(result, change)
    if (isAsyncIterable(result) && !('pipe' in result)) return eachOf(result, change)
    return change(result)
  }
  return {
    kind: 'around',
    name: 'visible fields',
    readsBody: false,
    run: (context, next) => filter(context, next(context)),
  }
}

function isAsyncIterable(value: object): value is AsyncIterable<unknown> {
  return typeof (value as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] === 'function'
}

async function* eachOf(source: AsyncIterable<unknown>, change: (value: unknown) => unknown): AsyncGenerator {
  for await (const value of source) yield change(value)
}

type Field = readonly [name: string, visibility: Visibility<object, unknown>]

const fieldsByClass = new WeakMap<object, readonly Field[]>()

function fieldsOf(type: Class): readonly Field[] {
  let fields = fieldsByClass.get(type)
  if (fields === undefined) {
    const found = new Map<string, Visibility<object, unknown>>()
    // class by class: properties stand on no prototype on which a derived class would find them
    for (const one of lineage(type))
      for (const member of existingMembers(one)) {
        const visibility = readMember(VisibleTo, one, member)
        if (visibility !== undefined)
          found.set(String(member), visibility as unknown as Visibility<object, unknown>)
      }
    fields = [...found]
    fieldsByClass.set(type, fields)
  }
  return fields
}

/** What one caller sees of a result. Results are never changed: what has to be left out is left out of a copy. */
class VisibleFields {
  // by class, too: one plain object may stand for several
  private readonly seen = new Map<Class | undefined, Map<object, unknown>>()

  constructor(
    private readonly authorizer: Authorizer,
    private readonly caller: unknown,
  ) {}

  /**
   * @param value anything
   * @param type what a plain object stands for
   */
  of(value: unknown, type?: Class): unknown {
    if (typeof value !== 'object' || value === null || isWhole(value)) return value
    const known = this.seenAs(type).get(value)
    if (known !== undefined) return known
    if (Array.isArray(value)) return this.list(value, type)
    if (value instanceof Map)
      return this.collection(value, new Map([...value].map(([key, one]) => [key, this.of(one, type)])), type)
    if (value instanceof Set)
      return this.collection(value, new Set([...value].map((one) => this.of(one, type))), type)
    return this.object(value as Record<string, unknown>, type)
  }

  private list(value: readonly unknown[], type: Class | undefined): unknown {
    const copy: unknown[] = []
    this.seenAs(type).set(value, copy)
    let isChanged = false
    for (const one of value) {
      const result = this.of(one, type)
      if (result !== one) isChanged = true
      copy.push(result)
    }
    return this.choose(value, copy, isChanged, type)
  }

  private collection<T extends ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>>(
    value: T,
    copy: T,
    type: Class | undefined,
  ): unknown {
    const before = [...value.values()]
    return this.choose(
      value,
      copy,
      [...copy.values()].some((one, index) => one !== before[index]),
      type,
    )
  }

  private object(value: Record<string, unknown>, type: Class | undefined): unknown {
    const prototype = Object.getPrototypeOf(value) as { constructor?: unknown } | null
    const isPlain = prototype === null || prototype === Object.prototype
    const owner = isPlain ? type : (prototype.constructor as Class | undefined)
    const hidden = owner === undefined ? NONE : this.hiddenOf(owner, value)
    // the copy is there before what is in it: objects may refer to each other
    const copy = Object.create(prototype) as Record<string, unknown>
    this.seenAs(type).set(value, copy)
    let isChanged = hidden.size > 0
    for (const key of Object.keys(value)) {
      if (hidden.has(key)) continue
      const before = value[key]
      const isOpen = typeof before === 'object' && before !== null && owner !== undefined
      const result = isOpen ? this.of(before, nestedClass(owner, key)) : this.of(before)
      if (result !== before) isChanged = true
      define(copy, key, result, true)
    }
    // over getters of the class
    for (const key of hidden) define(copy, key, undefined, false)
    return this.choose(value, copy, isChanged, type)
  }

  private hiddenOf(type: Class, value: object): ReadonlySet<string> {
    const fields = fieldsOf(type)
    if (fields.length === 0) return NONE
    return new Set(fields.filter(([, one]) => !this.isVisible(one, value)).map(([name]) => name))
  }

  private isVisible({ roles, permissions, when }: Visibility<object, unknown>, owner: object): boolean {
    const { authorizer, caller } = this
    if (roles?.some((role) => authorizer.hasRole(caller, role)) === true) return true
    if (permissions?.some((one) => authorizer.isPermitted(caller, one)) === true) return true
    return when?.(caller, owner) === true
  }

  private choose(value: object, copy: object, isChanged: boolean, type: Class | undefined): unknown {
    const chosen = isChanged ? copy : value
    this.seenAs(type).set(value, chosen)
    return chosen
  }

  private seenAs(type: Class | undefined): Map<object, unknown> {
    const known = this.seen.get(type)
    if (known !== undefined) return known
    const made = new Map<object, unknown>()
    this.seen.set(type, made)
    return made
  }
}

const NONE: ReadonlySet<string> = new Set()

function define(target: object, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(target, key, { value, enumerable, writable: true, configurable: true })
}

/** What leaves as it is, or is no data: bytes, dates, streams, answers, promises. */
function isWhole(value: object): boolean {
  if (ArrayBuffer.isView(value) || value instanceof Date || value instanceof Error) return true
  if (value instanceof Map || value instanceof Set || Array.isArray(value)) return false
  const one = value as { pipe?: unknown; then?: unknown; [Symbol.toStringTag]?: unknown }
  return (
    typeof one.pipe === 'function' || typeof one.then === 'function' || one[Symbol.toStringTag] === 'Response'
  )
}
