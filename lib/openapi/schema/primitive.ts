import type { SchemaObject } from '../document.js'

const BY_TYPE = new Map<unknown, SchemaObject>([
  [String, { type: 'string' }],
  [Number, { type: 'number' }],
  [Boolean, { type: 'boolean' }],
  [BigInt, { type: 'integer', format: 'int64' }],
  [Date, { type: 'string', format: 'date-time' }],
  [Buffer, { type: 'string', format: 'binary' }],
  [Uint8Array, { type: 'string', format: 'binary' }],
  [ArrayBuffer, { type: 'string', format: 'binary' }],
  [Array, { type: 'array', items: {} }],
  [Set, { type: 'array', items: {}, uniqueItems: true }],
  [Map, { type: 'object', additionalProperties: {} }],
  [Object, {}],
])

const BY_NAME = new Map<string, SchemaObject>([
  ['file', { type: 'string', format: 'binary' }],
  ['date', { type: 'string', format: 'date' }],
  ['date-time', { type: 'string', format: 'date-time' }],
  ['int', { type: 'integer' }],
  ['bigint', { type: 'integer', format: 'int64' }],
  ['any', {}],
])

/**
 * The schema of a type of the language, or of a type's name.
 *
 * @param type `String`, `Date` …; `'string'`, `'integer'`, `'file'` …
 */
export function primitiveSchema(type: unknown): SchemaObject {
  if (typeof type === 'string') return { ...(BY_NAME.get(type) ?? { type }) }
  return { ...BY_TYPE.get(type) }
}

/** The JSON types of values, for enums. */
export function typeOfValues(values: readonly unknown[]): SchemaObject {
  const types = [...new Set(values.map(jsonType))]
  if (types.length === 0) return {}
  return { type: types.length === 1 ? types[0]! : types }
}

function jsonType(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value === 'bigint' ? 'integer' : typeof value
}

/** What says something of a value without limiting it. */
const ANNOTATIONS = new Set([
  'title',
  'description',
  'default',
  'deprecated',
  'examples',
  'externalDocs',
  'readOnly',
  'writeOnly',
])

function isAnnotation(key: string): boolean {
  return ANNOTATIONS.has(key) || key.startsWith('x-')
}

/**
 * Lets null pass, too.
 *
 * @param schema any
 */
export function nullable(schema: SchemaObject): SchemaObject {
  if (schema.$ref !== undefined || schema.allOf !== undefined || schema.oneOf !== undefined) {
    const entries = Object.entries(schema)
    const rest = Object.fromEntries(entries.filter(([key]) => !isAnnotation(key)))
    const annotations = Object.fromEntries(entries.filter(([key]) => isAnnotation(key)))
    return { anyOf: [rest, { type: 'null' }], ...annotations }
  }
  if (schema.type === undefined) return schema
  const types = [schema.type].flat()
  return {
    ...schema,
    type: types.includes('null') ? types : [...types, 'null'],
    ...(schema.enum !== undefined && !schema.enum.includes(null) && { enum: [...schema.enum, null] }),
  }
}
