import type { AbstractClass, Class } from '../../common/index.js'
import type { ModelProperty } from '../../core/index.js'
import { existingMembers, lineage, propertyType, readMember } from '../../metadata/index.js'
import { classValidator, hasRules } from '../../validation/class-validator.js'
import { mappedSources } from '../../validation/mapped-types.js'
import { ruleRecords } from '../../validation/rule-records.js'
import { typeOf, type RuleMetadata } from '../../validation/rules.js'
import {
  declaredNames,
  transformerMetadata,
  type DeclaredProperty,
} from '../../validation/transformer-metadata.js'
import { PropertyMetadata, type ApiPropertyOptions } from '../decorators/property.js'
import type { Models } from './models.js'
import { isSeen, USUAL_VIEW, type ResultView } from './view.js'

/** Whether a schema is for what clients send, or for what they get. */
export type Direction = 'input' | 'output'

/** One rule of a property. */
export interface PropertyRule {
  /** `isEmail`, or the name of a rule of the application's own. */
  readonly name: string
  readonly constraints: readonly unknown[]
  /** True if it is about the items of a list. */
  readonly each: boolean
}

/** What is known of one property of a class. */
export interface PropertyFacts {
  readonly name: string
  /** In JSON, where `@Expose` says so. */
  readonly outerName: string
  /** As the compiler recorded it. */
  readonly declared: Class | undefined
  /** `@Type`. */
  readonly transformed: DeclaredProperty['type']
  readonly rules: readonly PropertyRule[]
  /** True if it may be left out, as its rules say; undefined without rules. */
  readonly optional: boolean | undefined
  /** True if null passes its rules. */
  readonly nullable: boolean
  readonly options: ApiPropertyOptions
  /** The value that an instance begins with. */
  readonly initial: unknown
  /** What the store of its objects knows of it. */
  readonly model: ModelProperty | undefined
}

const NO_MODELS: Models = new Map()

/** What is left out of a schema. */
export interface PropertyScope {
  readonly direction: Direction
  readonly groups: readonly string[] | undefined
  /** How results are made plain; for the output alone. */
  readonly view?: ResultView
  /** What stores know of the class. */
  readonly models?: Models
}

/**
 * Collects what decorators say of the properties of a class: `@ApiProperty`, class-validator's and class-transformer's,
 * inherited ones and those of mapped types included.
 *
 * @param type the class
 * @param scope direction, groups of rules, and how results are made plain
 */
export function propertiesOf(
  type: Class,
  { direction, groups, view = USUAL_VIEW, models = NO_MODELS }: PropertyScope,
): readonly PropertyFacts[] {
  const described = describedProperties(type)
  const rules = rulesByProperty(type, groups)
  const isPartial = (name: string): boolean => described.get(name)?.partial === true
  const transformed = declaredNames(type)
  const initial = initialValues(type)
  const names = new Set([
    ...models.keys(),
    ...described.keys(),
    ...rules.keys(),
    ...ownNames(type, transformed),
  ])
  return [...names].flatMap((name) => {
    const own = described.get(name)
    const model = models.get(name)
    const isGone =
      direction === 'input' ? isRefused(type, name) : model?.sent === 'never' || !isSeen(type, name, view)
    if (own?.hidden === true || isGone) return []
    const records = rules.get(name) ?? []
    const conditions = records.filter(({ type: kind }) => kind === 'conditionalValidation')
    const isDefined = records.some(({ type: kind }) => kind === 'isDefined')
    const isOptional = conditions.some((one) => one.name === 'isOptional')
    const isConditional = conditions.length > 0 && !isDefined
    // without rules of its own, a property is described by something else; rules of other groups do not count
    const unruled = groups === undefined ? undefined : true
    // what is read only is not asked for, which documents know
    const stored = model === undefined ? unruled : model.optional && model.schema['readOnly'] !== true
    const ruled = records.length > 0 ? isConditional : stored
    const optional =
      isPartial(name) || (model !== undefined && direction === 'output' ? model.sent !== 'always' : ruled)
    return {
      name,
      outerName:
        own?.options.name ??
        (view.ignoreDecorators === true
          ? name
          : (transformerMetadata.findExposeMetadata(type, name)?.options.name ?? name)),
      declared: own?.declared ?? propertyType(type, name),
      transformed: transformerMetadata.findTypeMetadata(type, name),
      rules: records.filter(isCheck).map((record) => ({
        name: nameOf(record),
        constraints: record.constraints ?? [],
        each: record.each,
      })),
      optional: isDefined ? false : optional,
      nullable: isOptional && !isDefined,
      options: own?.options ?? {},
      initial: initial[name],
      model,
    }
  })
}

function isCheck({ type }: RuleMetadata): boolean {
  return type === 'customValidation' || type === 'nestedValidation'
}

function nameOf(record: RuleMetadata): string {
  return record.type === 'nestedValidation' ? 'nested' : typeOf(record)
}

interface DescribedProperty {
  readonly options: ApiPropertyOptions
  readonly hidden: boolean
  readonly declared: Class | undefined
  readonly partial: boolean
}

/** `@ApiProperty` and its kin, base classes first, and through mapped types to where they were written. */
function describedProperties(type: AbstractClass): Map<string, DescribedProperty> {
  const found = new Map<string, DescribedProperty>()
  for (const one of lineage(type)) {
    for (const { source, has, partial } of mappedSources(one)) {
      for (const [name, property] of describedProperties(source)) {
        if (has(name)) found.set(name, { ...property, partial: partial || property.partial })
      }
      if (!partial) continue
      // properties that only rules or transformations name become optional as well
      const others = [
        ...rulesByProperty(source as Class, undefined).keys(),
        ...declaredNames(source as Class),
      ]
      for (const name of others) {
        if (has(name) && !found.has(name)) found.set(name, { ...NOTHING_SAID, partial })
      }
    }
    for (const member of existingMembers(one)) {
      const own = readMember(PropertyMetadata, one, member)
      if (own === undefined || typeof member !== 'string') continue
      const before = found.get(member)
      const options = { ...before?.options, ...own.options }
      found.set(member, { options, hidden: own.hidden, declared: propertyType(one, member), partial: false })
    }
  }
  return found
}

const NOTHING_SAID = { options: {}, hidden: false, declared: undefined } as const

/** The properties that class-transformer knows, without the outside names of `@Expose({ name })`. */
function ownNames(type: Class, names: ReadonlySet<string>): readonly string[] {
  const outside = new Set(
    transformerMetadata
      .getExposedMetadatas(type)
      .filter(({ options, propertyName }) => options.name !== undefined && options.name !== propertyName)
      .map(({ options }) => options.name),
  )
  return [...names].filter((name) => !outside.has(name))
}

/** Looking for the rules of a class means looking at all classes that have some, so that it is done once. */
const known = new WeakMap<Class, Map<string, ReadonlyMap<string, RuleMetadata[]>>>()

function rulesByProperty(
  type: Class,
  groups: readonly string[] | undefined,
): ReadonlyMap<string, RuleMetadata[]> {
  if (!hasRules()) return new Map()
  const byGroups = known.get(type) ?? new Map<string, ReadonlyMap<string, RuleMetadata[]>>()
  known.set(type, byGroups)
  const key = groups?.join(',') ?? ''
  const found = byGroups.get(key) ?? readRules(type, groups)
  byGroups.set(key, found)
  return found
}

function readRules(type: Class, groups: readonly string[] | undefined): Map<string, RuleMetadata[]> {
  const byName = new Map<string, RuleMetadata[]>()
  const records =
    groups === undefined
      ? ruleRecords(type)
      : classValidator()
          .getMetadataStorage()
          .getTargetValidationMetadatas(type, '', false, false, [...groups])
  // own rules come before inherited ones; documents list inherited properties first
  for (const record of [...records].sort((a, b) => depthOf(a, type) - depthOf(b, type))) {
    const list = byName.get(record.propertyName)
    if (list === undefined) byName.set(record.propertyName, [record])
    else list.push(record)
  }
  return byName
}

function depthOf({ target }: RuleMetadata, type: Class): number {
  return lineage(type).indexOf(target as Class)
}

/** What `@Exclude`, `@Expose` and the strategy of the class keep out of an instance. */
function isRefused(type: Class, name: string): boolean {
  const excluded = transformerMetadata.findExcludeMetadata(type, name)
  if (excluded !== undefined && excluded.options?.toPlainOnly !== true) return true
  const exposed = transformerMetadata.findExposeMetadata(type, name)
  if (exposed !== undefined) return exposed.options?.toPlainOnly === true
  // a class that is excluded as a whole takes only what is exposed
  return transformerMetadata.getStrategy(type) === 'excludeAll'
}

function initialValues(type: Class): Readonly<Record<string, unknown>> {
  if (type.length > 0) return {}
  try {
    return { ...(new type() as object) }
  } catch {
    return {} // it insists on something that only the application has
  }
}

/**
 * Tells whether a class itself has other properties in one direction than in the other.
 *
 * @param type the class
 */
export function differsByDirection(type: Class): boolean {
  const all = [
    ...transformerMetadata.getExposedMetadatas(type),
    ...transformerMetadata.getExcludedMetadatas(type),
  ]
  return all.some(({ options }) => {
    const { groups = [] } = options as { readonly groups?: readonly string[] }
    return options.toClassOnly === true || options.toPlainOnly === true || groups.length > 0
  })
}

/** Tells whether some rule is about a class or what it inherits: without one nothing is refused. */
export function hasOwnRules(type: Class): boolean {
  return rulesByProperty(type, undefined).size > 0
}
