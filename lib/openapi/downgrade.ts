import type { OpenApiDocument, SchemaObject } from './document.js'
import { resolvePointer } from './references.js'

/**
 * Writes a document of version 3.1 in the terms of 3.0.
 *
 * @param document is changed
 * @returns the same document; webhooks, which 3.0 does not have, are left out
 * @see https://spec.openapis.org/oas/v3.0.4
 */
export function toOpenApi30(document: OpenApiDocument): OpenApiDocument {
  document.openapi = '3.0.4'
  delete document.webhooks
  delete document.jsonSchemaDialect
  delete document.info.summary
  if (document.info.license !== undefined) delete document.info.license.identifier
  for (const [name, schema] of Object.entries(document.components?.schemas ?? {}))
    document.components!.schemas![name] = schema30(schema)
  for (const [name, scheme] of Object.entries(document.components?.securitySchemes ?? {}))
    if (scheme.type === 'mutualTLS') delete document.components!.securitySchemes![name]
  visit(document.paths)
  typeNullables(document, document)
  return document
}

/** The only schema of 3.0 that lets nothing but null pass. */
const NULL: SchemaObject = { type: 'string', nullable: true, enum: [null] }

/** `nullable` counts only beside a type: that of what is referred to, otherwise null is an alternative. */
function typeNullables(value: unknown, document: OpenApiDocument): void {
  if (typeof value !== 'object' || value === null) return
  const { nullable, type, allOf, anyOf } = value as SchemaObject
  if (nullable === true && type === undefined) {
    const target = resolvePointer(document, allOf?.[0]?.$ref ?? '#/') as SchemaObject | undefined
    if (typeof target?.type === 'string') Object.assign(value, { type: target.type })
    else {
      const schema = value as SchemaObject
      delete schema.nullable
      delete schema.allOf
      const others = anyOf ?? (allOf === undefined ? [] : [allOf.length === 1 ? allOf[0]! : { allOf }])
      schema.anyOf = [...others, { ...NULL }]
    }
  }
  for (const [key, item] of Object.entries(value)) if (!VALUES.has(key)) typeNullables(item, document)
}

/** What stands there is no schema. */
const VALUES = new Set(['example', 'examples', 'default', 'enum', 'value'])

/** Schemas stand under `schema`, wherever that is. */
function visit(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  for (const [key, item] of Object.entries(value)) {
    if (key === 'schema' && typeof item === 'object' && item !== null) {
      Object.assign(value, { schema: schema30(item as SchemaObject) })
    } else if (key !== 'example' && key !== 'examples' && key !== 'value') visit(item)
  }
}

function schema30(schema: SchemaObject): SchemaObject {
  const converted: SchemaObject = {}
  for (const [key, value] of Object.entries(schema))
    Object.assign(converted, { [key]: keyword30(key, value) })
  const { examples } = converted
  if (Array.isArray(examples)) {
    delete converted.examples
    if (examples.length > 0) converted.example ??= examples[0] as unknown
  }
  if ('const' in converted) {
    converted.enum ??= [converted.const]
    delete converted.const
  }
  for (const unknown of [
    'contentEncoding',
    'contentMediaType',
    'contentSchema',
    'prefixItems',
    'propertyNames',
    'patternProperties',
    '$comment',
    '$id',
  ])
    delete converted[unknown]
  exclusive(converted, 'minimum', 'exclusiveMinimum')
  exclusive(converted, 'maximum', 'exclusiveMaximum')
  return nullable30(types30(converted))
}

function keyword30(key: string, value: unknown): unknown {
  if (key === 'properties') {
    const entries = Object.entries(value as Record<string, SchemaObject>)
    return Object.fromEntries(entries.map(([name, one]) => [name, schema30(one)]))
  }
  if (key === 'allOf' || key === 'anyOf' || key === 'oneOf') return (value as SchemaObject[]).map(schema30)
  if (key === 'items' || key === 'not' || (key === 'additionalProperties' && typeof value === 'object'))
    return schema30(value as SchemaObject)
  return value
}

/** In 3.0 the exclusive bound is a flag beside the bound. */
function exclusive(
  schema: SchemaObject,
  bound: 'minimum' | 'maximum',
  flag: 'exclusiveMinimum' | 'exclusiveMaximum',
): void {
  const value = schema[flag]
  if (typeof value !== 'number') return
  schema[bound] = value
  schema[flag] = true
}

function types30(schema: SchemaObject): SchemaObject {
  if (!Array.isArray(schema.type)) return schema
  const types = schema.type.filter((type) => type !== 'null')
  if (types.length < schema.type.length) schema.nullable = true
  if (types.length === 1) return { ...schema, type: types[0]! }
  const { type: _, ...rest } = schema
  return types.length === 0
    ? rest
    : { ...rest, anyOf: types.map((type) => ({ type, ...(type === 'array' && { items: {} }) })) }
}

/** `anyOf: [schema, null]` is a nullable schema; a reference may have nothing beside it. */
function nullable30(schema: SchemaObject): SchemaObject {
  const isNull = (one: SchemaObject): boolean =>
    one.nullable === true && one.type === undefined && Object.keys(one).length === 1
  if (schema.type === 'null') return { nullable: true }
  if (schema.anyOf?.some(isNull) === true) {
    const rest = schema.anyOf.filter((one) => !isNull(one))
    const { anyOf: _, ...others } = schema
    // nullable counts only beside a type, except where it stands with allOf
    return { ...others, ...(rest.length === 1 ? { allOf: rest } : { anyOf: rest }), nullable: true }
  }
  const { $ref, ...siblings } = schema
  if ($ref !== undefined && Object.keys(siblings).length > 0) return { ...siblings, allOf: [{ $ref }] }
  return schema
}
