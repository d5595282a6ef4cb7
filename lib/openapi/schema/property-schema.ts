import { isClass, type Class } from '../../common/index.js'
import type { SchemaObject } from '../document.js'
import { schemaByHand } from './by-hand.js'
import type { PropertyFacts, PropertyRule } from './properties.js'
import { nullable, typeOfValues } from './primitive.js'
import { enumValues, RULE_KEYWORDS } from './rule-keywords.js'
import { resolveType, type ResolvedType } from './type-reference.js'

/** What the schema of a property needs from that of all classes. */
export interface TypeSchemas {
  ofType(type: ResolvedType['type']): SchemaObject
  /** A component for an enum. */
  enumeration(name: string, schema: SchemaObject): SchemaObject
  /** Says that objects of a class carry the name under which a discriminator finds them. */
  tag(type: Class, property: string, value: string): void
}

/** Options of `@ApiProperty` that are no keywords of a schema. */
const NO_KEYWORDS = new Set([
  'type',
  'isArray',
  'required',
  'nullable',
  'enum',
  'enumName',
  'enumSchema',
  'items',
  'name',
  'example',
  'examples',
  'selfRequired',
  'link',
])

/** Keywords that mean the items where the property is a list. */
const OF_ITEMS = new Set([
  'format',
  'pattern',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
])

const COMPOSING = ['oneOf', 'anyOf', 'allOf'] as const

/** Where schemas stand in options, or bounds in the terms of 3.0. */
const WRITTEN = [
  ...COMPOSING,
  'not',
  'items',
  'properties',
  'additionalProperties',
  'exclusiveMinimum',
  'exclusiveMaximum',
] as const

const LIST_RULES = new Set([
  'isArray',
  'arrayMinSize',
  'arrayMaxSize',
  'arrayNotEmpty',
  'arrayUnique',
  'arrayContains',
  'arrayNotContains',
])

/**
 * The schema of one property.
 *
 * @param facts what decorators say of it
 * @param origin for messages: `User.name`
 * @param schemas makes those of classes
 */
export function propertySchema(facts: PropertyFacts, origin: string, schemas: TypeSchemas): SchemaObject {
  const { options, rules, declared } = facts
  const explicit = options.type === undefined ? undefined : resolveType(options.type, origin)
  const lists = listsOf(facts, explicit)
  const values = options.enum === undefined ? undefined : enumValues(options.enum)
  const eachRules = rules.filter(({ each }) => each)
  const ownRules = rules.filter(({ each }) => !each)

  let item: SchemaObject
  if (values !== undefined) {
    const own: SchemaObject = { ...typeOfValues(values), enum: values, ...options.enumSchema }
    item = options.enumName === undefined ? own : schemas.enumeration(options.enumName, own)
  } else if (explicit !== undefined) item = schemas.ofType(explicit.type)
  // what is composed by hand stands in the place of the declared type
  else if (lists === 0 && COMPOSING.some((key) => options[key] !== undefined)) item = {}
  else item = options.items !== undefined && lists > 0 ? { ...options.items } : inferred(facts, schemas)
  item = withRules(item, lists > 0 ? eachRules : ownRules)
  for (const [key, value] of Object.entries(options)) {
    if (value !== undefined && !NO_KEYWORDS.has(key) && (lists === 0 || OF_ITEMS.has(key))) item[key] = value
  }

  if (lists === 0 && options.items !== undefined) item.items = options.items
  if (Array.isArray(options.required)) item.required = options.required

  let schema = item
  for (let level = 0; level < lists; level++) schema = { type: 'array', items: schema }
  if (lists > 0) {
    schema = withRules(schema, ownRules)
    if (declared === Set) schema.uniqueItems = true
    for (const [key, value] of Object.entries(options)) {
      if (value !== undefined && !NO_KEYWORDS.has(key) && !OF_ITEMS.has(key)) schema[key] = value
    }
  }
  if (schema.default === undefined && isJson(facts.initial)) schema.default = facts.initial
  const examples = examplesOf(options.example, options.examples)
  if (examples !== undefined) schema.examples = examples
  if (WRITTEN.some((key) => options[key] !== undefined)) schema = schemaByHand(schema)
  const isNullable = options.nullable ?? (facts.nullable || facts.model?.nullable === true)
  return isNullable ? nullable(schema) : schema
}

/** Examples as a list, which is what JSON Schema has. */
export function examplesOf(example: unknown, examples: unknown): readonly unknown[] | undefined {
  if (Array.isArray(examples)) return examples as unknown[]
  if (typeof examples === 'object' && examples !== null) {
    return Object.values(examples).map((one: unknown) =>
      typeof one === 'object' && one !== null && 'value' in one ? one.value : one,
    )
  }
  return example === undefined ? undefined : [example]
}

function listsOf(
  { options, rules, declared, transformed, model }: PropertyFacts,
  explicit: ResolvedType | undefined,
): number {
  if (options.isArray === true)
    return Math.max(1, (explicit?.lists ?? 0) + (Array.isArray(options.type) ? 0 : 1))
  if (explicit !== undefined) return explicit.lists
  const isList =
    declared === Array ||
    declared === Set ||
    model?.isList === true ||
    transformed?.reflectedType === Array ||
    rules.some(({ name, each }) => each || LIST_RULES.has(name))
  return isList ? 1 : 0
}

function inferred({ declared, transformed, model }: PropertyFacts, schemas: TypeSchemas): SchemaObject {
  const discriminator = transformed?.options?.discriminator
  if (discriminator !== undefined && discriminator.subTypes.length > 0) {
    const { property, subTypes } = discriminator
    const mapping: Record<string, string> = {}
    const oneOf = subTypes.map(({ name, value }) => {
      schemas.tag(value as Class, property, name)
      const schema = schemas.ofType(value as Class)
      if (schema.$ref !== undefined) mapping[name] = schema.$ref
      return schema
    })
    return { oneOf, discriminator: { propertyName: property, mapping } }
  }
  const choose = transformed?.typeFunction as ((help?: object) => unknown) | undefined
  const type = choose?.length === 0 ? choose() : undefined
  if (isClass(type) || typeof type === 'function') {
    const own = schemas.ofType(type as Class)
    return declared === Map ? { type: 'object', additionalProperties: own } : own
  }
  if (model !== undefined) {
    const related = model.type?.()
    return related === undefined ? { ...model.schema } : schemas.ofType(related)
  }
  if (declared === undefined || declared === Array || declared === Set) return {}
  return schemas.ofType(declared)
}

function withRules(base: SchemaObject, rules: readonly PropertyRule[]): SchemaObject {
  let schema = base
  for (const { name, constraints } of rules) {
    if (name === 'isNotEmpty' && [schema.type].flat().includes('string')) {
      schema = { ...schema, minLength: Math.max(1, schema.minLength ?? 0) }
    }
    const keywords = RULE_KEYWORDS.get(name)?.(constraints)
    if (keywords !== undefined) schema = merge(schema, keywords)
  }
  return schema
}

/** Both hold: of types the narrower one, of bounds the stricter one; what does not fit into one schema stands under `allOf`. */
function merge(base: SchemaObject, more: SchemaObject): SchemaObject {
  if (base.$ref !== undefined) return base
  const merged = { ...base }
  for (const [key, value] of Object.entries(more)) {
    const known = merged[key]
    if (known === undefined || key === 'type') Object.assign(merged, { [key]: value })
    else if (LARGER.has(key)) merged[key] = Math.max(known as number, value as number)
    else if (SMALLER.has(key)) merged[key] = Math.min(known as number, value as number)
    else if (key === 'format') merged.format = value as string
    else if (JSON.stringify(known) !== JSON.stringify(value))
      merged.allOf = [...(merged.allOf ?? []), { [key]: value }]
  }
  // items are not in a rule, but a list has some
  if (merged.type === 'array' && merged.items === undefined) merged.items = {}
  if (more.enum !== undefined) merged.type = typeOfValues(more.enum).type!
  if (
    more.type !== undefined &&
    more.format === undefined &&
    base.type !== more.type &&
    merged.enum === undefined
  )
    delete merged.format
  return given(merged)
}

const LARGER = new Set(['minimum', 'minLength', 'minItems', 'exclusiveMinimum'])
const SMALLER = new Set(['maximum', 'maxLength', 'maxItems', 'exclusiveMaximum'])

function given(schema: SchemaObject): SchemaObject {
  return Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined))
}

function isJson(value: unknown): boolean {
  if (value === null || ['string', 'boolean'].includes(typeof value)) return true
  if (typeof value === 'number') return Number.isFinite(value)
  return Array.isArray(value) && value.every(isJson)
}
