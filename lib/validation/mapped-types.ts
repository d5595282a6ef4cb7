import 'reflect-metadata'
import type { AbstractClass, Class } from '../common/index.js'
import { rulesOf, type RuleMetadata } from './rules.js'
import { settingsOf } from './settings.js'
import { declaredNames, storageMaps } from './transformer-metadata.js'
import { classValidator } from './class-validator.js'
import { ruleRecords } from './rule-records.js'

/** Where the properties of a mapped type come from; other features read it to carry their own metadata along. */
export interface MappedSource {
  readonly source: AbstractClass
  /** Tells whether the mapped type has a property of the source. */
  readonly has: (property: string) => boolean
  /** True if every property became optional. */
  readonly partial: boolean
}

const sources = new WeakMap<AbstractClass, readonly MappedSource[]>()

/**
 * Tells how a mapped type was made.
 *
 * @param type any class
 * @returns its sources; an empty list for classes that are not mapped types
 */
export function mappedSources(type: AbstractClass): readonly MappedSource[] {
  return sources.get(type) ?? []
}

/**
 * A class with the properties of another one, all of them optional.
 *
 * @param source a class with decorators
 * @param options `skipNullProperties: false` lets a property be left out but not be null. Default true
 * @example
 * class UpdateUser extends PartialType(CreateUser) {}
 */
export function PartialType<T>(
  source: AbstractClass<T>,
  options: { skipNullProperties?: boolean } = {},
): Class<Partial<T>> {
  const mapped = derive<Partial<T>>('Partial', [{ source, has: () => true, partial: true }])
  const optional =
    options.skipNullProperties === false
      ? (name: string) =>
          classValidator().ValidateIf((object: Record<string, unknown>) => object[name] !== undefined)
      : () => classValidator().IsOptional()
  for (const name of ruleNames(source)) optional(name)(mapped.prototype as object, name)
  return mapped
}

/**
 * A class with some properties of another one.
 *
 * @param source a class with decorators
 * @param keys the properties to keep
 */
export function PickType<T, K extends keyof T>(
  source: AbstractClass<T>,
  keys: readonly K[],
): Class<Pick<T, K>> {
  const kept = new Set<unknown>(keys)
  return derive('Pick', [{ source, has: (name) => kept.has(name), partial: false }])
}

/**
 * A class with all but some properties of another one.
 *
 * @param source a class with decorators
 * @param keys the properties to leave out
 */
export function OmitType<T, K extends keyof T>(
  source: AbstractClass<T>,
  keys: readonly K[],
): Class<Omit<T, K>> {
  const omitted = new Set<unknown>(keys)
  return derive('Omit', [{ source, has: (name) => !omitted.has(name), partial: false }])
}

/**
 * A class with the properties of several.
 *
 * @param types classes with decorators; of two properties with one name both sets of rules apply
 */
export function IntersectionType<T extends readonly AbstractClass[]>(...types: T): Class<Intersection<T>> {
  return derive(
    'Intersection',
    types.map((source) => ({ source, has: () => true, partial: false })),
  )
}

/** The type that has the properties of all classes of a list. */
export type Intersection<T extends readonly AbstractClass[]> = T extends readonly [infer First, ...infer Rest]
  ? InstanceOf<First> & (Rest extends readonly AbstractClass[] ? Intersection<Rest> : unknown)
  : unknown

type InstanceOf<T> = T extends AbstractClass<infer Instance> ? Instance : never

function derive<T>(kind: string, from: readonly MappedSource[]): Class<T> {
  class Mapped {
    constructor() {
      for (const { source, has } of from) initialise(this, source, has)
    }
  }
  Object.defineProperty(Mapped, 'name', { value: `${kind}${from.map(({ source }) => source.name).join('')}` })
  for (const { source, has } of from) {
    copyRules(source, Mapped, has)
    copyTransformations(source, Mapped, has)
    copyTypes(source, Mapped, has)
  }
  sources.set(Mapped, from)
  return Mapped as Class<T>
}

/** Gives a new instance the initial values that the source's own instances have. */
function initialise(instance: object, source: AbstractClass, has: (name: string) => boolean): void {
  let initial: object
  try {
    initial = new (source as Class<object>)()
  } catch {
    return // abstract classes and those that insist on arguments have none to give
  }
  for (const [name, value] of Object.entries(initial)) {
    if (has(name) && value !== undefined) Object.assign(instance, { [name]: value as unknown })
  }
}

const everything = settingsOf({})

function ruleNames(source: AbstractClass): ReadonlySet<string> {
  return rulesOf(source as Class, everything).names
}

function recordsOf(source: AbstractClass): readonly RuleMetadata[] {
  return ruleRecords(source as Class)
}

function copyRules(source: AbstractClass, target: Class, has: (name: string) => boolean): void {
  const storage = classValidator().getMetadataStorage()
  for (const metadata of recordsOf(source)) {
    if (has(metadata.propertyName)) storage.addValidationMetadata(retarget(metadata, target))
  }
}

function retarget(metadata: RuleMetadata, target: Class): RuleMetadata {
  const prototype = Object.getPrototypeOf(metadata) as object
  return Object.assign(Object.create(prototype) as RuleMetadata, metadata, { target })
}

type MetadataMap = Map<AbstractClass, Map<string | undefined, object>>

function copyTransformations(source: AbstractClass, target: Class, has: (name: string) => boolean): void {
  const { _typeMetadatas, _transformMetadatas, _exposeMetadatas, _excludeMetadatas } = storageMaps
  for (const map of [
    _typeMetadatas,
    _transformMetadatas,
    _exposeMetadatas,
    _excludeMetadatas,
  ] as MetadataMap[]) {
    const copied = map.get(target) ?? new Map<string | undefined, object>()
    // from the root down, so that the nearest declaration is the one that stays
    for (const cls of lineage(source)) {
      for (const [name, metadata] of map.get(cls) ?? []) {
        if (name === undefined || !has(name)) continue
        const moved = Array.isArray(metadata)
          ? [
              ...((copied.get(name) as object[] | undefined) ?? []),
              ...metadata.map((one: object) => ({ ...one, target })),
            ]
          : { ...metadata, target }
        copied.set(name, moved)
      }
    }
    if (copied.size > 0) map.set(target, copied)
  }
}

function copyTypes(source: AbstractClass, target: Class, has: (name: string) => boolean): void {
  const from = source.prototype as object
  for (const name of new Set([...ruleNames(source), ...declaredNames(source as Class)])) {
    const type: unknown = has(name) ? Reflect.getMetadata('design:type', from, name) : undefined
    if (type !== undefined) Reflect.defineMetadata('design:type', type, target.prototype as object, name)
  }
}

function lineage(source: AbstractClass): AbstractClass[] {
  const classes: AbstractClass[] = []
  for (let cls: unknown = source; typeof cls === 'function'; cls = Object.getPrototypeOf(cls)) {
    classes.unshift(cls as AbstractClass)
  }
  return classes
}
