import { isClass, isStandardSchema, schemaOf, type Class } from '../../common/index.js'
import type { EnhancerNotes, ParamModel, ValueNote } from '../../pipeline/index.js'
import type { SchemaObject } from '../document.js'
import { schemaByHand } from '../schema/by-hand.js'
import { enumValues } from '../schema/rule-keywords.js'
import { nullable, typeOfValues } from '../schema/primitive.js'
import { hasOwnRules } from '../schema/properties.js'
import type { SchemaUse } from '../schema/registry.js'
import { isBuiltIn, type TypeReference } from '../schema/type-reference.js'
import type { OperationScope } from './scope.js'

/** What is known of the value of a parameter. */
export interface DescribedValue {
  readonly schema: SchemaObject
  readonly required: boolean
  /** The class or Standard Schema, where the value is one object of it. */
  readonly type: Class | object | undefined
  readonly groups: readonly string[] | undefined
}

/**
 * Describes the value of a parameter: by its pipes, otherwise by its declared type.
 *
 * @param param the parameter
 * @param scope of the operation
 */
export function describeValue(param: ParamModel, scope: OperationScope): DescribedValue {
  const { endpoint, schemas, notes, origin, refuse } = scope
  const all = notes.pipes(endpoint, param)
  const value = mergeNotes(all)
  const isBody = param.type === 'body' && param.data === undefined
  const older = isBody ? scope.shapes.body : undefined
  const type = older ?? value.type ?? param.metatype
  const refuses = older !== undefined || isValidated(type)
  if (older !== undefined) refuse(400, 'The body does not have the form of the version.')
  for (const { responses, value: own } of all) {
    if (own?.byRules === true && !refuses) continue
    for (const [status, description] of Object.entries(responses ?? {})) refuse(Number(status), description)
  }
  const use = { direction: 'input', groups: value.groups } as const
  const place = `${origin}[${param.index}]`
  const isObject =
    isStandardSchema(type) || schemaOf(type) !== undefined || (isClass(type) && !isBuiltIn(type))
  let schema: SchemaObject
  if (older === null) schema = { type: 'object' }
  else if (value.schema !== undefined) schema = { ...value.schema }
  else if (type === undefined) schema = {}
  else schema = schemas.of(type as TypeReference, use, place)
  if (schema.enum !== undefined && schema.type === undefined)
    schema = { ...typeOfValues(schema.enum), ...schema }
  if (value.isList === true) schema = { type: 'array', items: schema }
  if (value.default !== undefined) schema = { ...schema, default: value.default }
  return {
    schema,
    required: value.default === undefined && (value.required ?? (isObject && refuses)),
    type:
      isObject && older !== null && value.isList !== true && value.schema === undefined ? type : undefined,
    groups: value.groups,
  }
}

/** A class without rules refuses nothing. */
function isValidated(type: unknown): boolean {
  if (schemaOf(type) !== undefined) return true
  return isClass(type) && !isBuiltIn(type) && hasOwnRules(type)
}

function mergeNotes(all: readonly EnhancerNotes[]): ValueNote {
  const merged: Record<string, unknown> = {}
  for (const { value = {} } of all)
    for (const [name, one] of Object.entries(value)) if (one !== undefined) merged[name] = one
  return merged
}

/** What a decorator says of a value in the place of its type. */
export interface TypedOptions {
  readonly type?: TypeReference | undefined
  readonly isArray?: boolean | undefined
  readonly schema?: SchemaObject | undefined
  readonly format?: string | undefined
  readonly enum?: unknown
  readonly enumName?: string | undefined
  readonly enumSchema?: SchemaObject | undefined
  readonly nullable?: boolean | undefined
}

/**
 * The schema that a decorator names.
 *
 * @param options of the decorator
 * @param scope of the operation
 * @param use direction, and how results are made plain
 * @returns undefined if it names none
 */
export function namedSchema(
  options: TypedOptions,
  { schemas, origin }: Pick<OperationScope, 'schemas' | 'origin'>,
  use: SchemaUse,
): SchemaObject | undefined {
  const { type, isArray = false, format } = options
  if (options.schema !== undefined) return schemaByHand(options.schema)
  let schema: SchemaObject | undefined
  if (options.enum !== undefined) {
    const values = enumValues(options.enum)
    schema = { ...typeOfValues(values), enum: values, ...options.enumSchema }
    if (options.enumName !== undefined) schema = schemas.enumeration(options.enumName, schema)
  } else if (type !== undefined) schema = schemas.of(type, use, origin)
  if (schema === undefined) return format === undefined ? undefined : { type: 'string', format }
  if (format !== undefined) schema = { ...schema, format }
  if (isArray) schema = { type: 'array', items: schema }
  return options.nullable === true ? nullable(schema) : schema
}
