import type { AbstractClass, Class } from '../common/index.js'

/** A class as the store knows it: abstract ones can be decorated too. */
export type DeclaringClass = AbstractClass | Class

/** Identifies one kind of metadata: the symbol of a defined decorator, or the string of `SetMetadata`. */
export type MetadataKey = string | symbol

/** A decorator that stands where it has no meaning; reported at boot together with all other problems. */
export interface DecoratorProblem {
  /** `@HttpCode` */
  readonly decorator: string
  /** `UsersController.create[0]` */
  readonly place: string
  readonly reason: string
}

type Values = Map<MetadataKey, unknown>

/** What was written on one method or property of one class. */
interface MemberDeclarations {
  readonly values: Values
  readonly parameters: Map<number, Values>
}

/** What was written on one class, without what it inherits. */
interface ClassDeclarations {
  readonly values: Values
  readonly members: Map<PropertyKey, MemberDeclarations>
  readonly problems: DecoratorProblem[]
}

// Keyed weakly by the class itself: importing a file fills nothing that outlives its classes.
const declarations = new WeakMap<object, ClassDeclarations>()
const handlers = new WeakMap<object, { readonly owner: DeclaringClass; readonly member: PropertyKey }>()

function declarationsOf(target: DeclaringClass): ClassDeclarations {
  let found = declarations.get(target)
  if (found === undefined) {
    found = { values: new Map(), members: new Map(), problems: [] }
    declarations.set(target, found)
  }
  return found
}

function memberOf(target: DeclaringClass, member: PropertyKey): MemberDeclarations {
  const { members } = declarationsOf(target)
  let found = members.get(member)
  if (found === undefined) {
    found = { values: new Map(), parameters: new Map() }
    members.set(member, found)
  }
  return found
}

/**
 * The place for the values of one target. Only `defineDecorator` and `SetMetadata` write into it.
 *
 * @param owner the class
 * @param member a method or property of it; undefined for the class itself or its constructor
 * @param parameter index of a parameter
 */
export function ownValues(owner: DeclaringClass, member?: PropertyKey, parameter?: number): Values {
  if (parameter !== undefined) {
    const { parameters } = memberOf(owner, member ?? 'constructor')
    let values = parameters.get(parameter)
    if (values === undefined) parameters.set(parameter, (values = new Map()))
    return values
  }
  return member === undefined ? declarationsOf(owner).values : memberOf(owner, member).values
}

/** Values as they stand, without creating a place for them. */
export function existingValues(
  owner: DeclaringClass,
  member?: PropertyKey,
): ReadonlyMap<MetadataKey, unknown> | undefined {
  const found = declarations.get(owner)
  return member === undefined ? found?.values : found?.members.get(member)?.values
}

/**
 * The value of the nearest class that has one: the class itself, or one that it extends.
 *
 * @param target any class
 * @param key of a decorator
 */
export function nearestValue(target: DeclaringClass, key: MetadataKey): unknown {
  for (let one: unknown = target; isConstructor(one); one = Object.getPrototypeOf(one)) {
    const value = declarations.get(one)?.values.get(key)
    if (value !== undefined) return value
  }
  return undefined
}

/** The decorated parameters of a method as this class itself declares it, by index. */
export function existingParameters(
  owner: DeclaringClass,
  member: PropertyKey = 'constructor',
): ReadonlyMap<number, ReadonlyMap<MetadataKey, unknown>> | undefined {
  return declarations.get(owner)?.members.get(member)?.parameters
}

/** The decorated members of this class itself. */
export function existingMembers(owner: DeclaringClass): Iterable<PropertyKey> {
  return declarations.get(owner)?.members.keys() ?? []
}

/** Notes a misplaced decorator. */
export function noteProblem(owner: DeclaringClass, problem: DecoratorProblem): void {
  declarationsOf(owner).problems.push(problem)
}

/** The misplaced decorators of a class and of the classes that it extends. */
export function problemsOf(target: DeclaringClass): readonly DecoratorProblem[] {
  return lineage(target).flatMap((one) => declarations.get(one)?.problems ?? [])
}

/** Remembers which method a function is, so that `getHandler()` leads back to its metadata. */
export function noteHandler(handler: object, owner: DeclaringClass, member: PropertyKey): void {
  handlers.set(handler, { owner, member })
}

/** The method that a function is, where it was decorated or compiled. */
export function handlerSite(
  handler: object,
): { readonly owner: DeclaringClass; readonly member: PropertyKey } | undefined {
  return handlers.get(handler)
}

/**
 * A class and what it extends, base class first.
 *
 * @param target any class
 */
export function lineage(target: DeclaringClass): readonly DeclaringClass[] {
  const chain: DeclaringClass[] = []
  for (let one: unknown = target; isConstructor(one); one = Object.getPrototypeOf(one)) chain.unshift(one)
  return chain
}

/**
 * The class whose version of a method counts: the nearest one that declares it. An override starts afresh: it has only
 * the decorators that stand on it.
 *
 * @param target the class that is asked
 * @param member the method's name
 */
export function declarerOf(target: DeclaringClass, member: PropertyKey): DeclaringClass {
  for (let one: unknown = target; isConstructor(one); one = Object.getPrototypeOf(one)) {
    if (Object.hasOwn((one.prototype ?? {}) as object, member)) return one
  }
  return target
}

function isConstructor(value: unknown): value is DeclaringClass {
  return typeof value === 'function' && value !== Function.prototype
}
