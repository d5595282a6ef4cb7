import type { SchemaObject } from '../document.js'
import { nullable } from './primitive.js'

const LISTS = ['allOf', 'anyOf', 'oneOf'] as const
const SINGLE = ['items', 'not', 'additionalProperties'] as const

/**
 * A schema as somebody wrote it, in the terms of 3.1: `nullable: true` and `exclusiveMinimum: true` are those of 3.0, which
 * most have learned.
 *
 * @param written stays as it is
 * @see https://learn.openapis.org/upgrading/v3.0-to-v3.1.html
 */
export function schemaByHand(written: SchemaObject): SchemaObject {
  const schema: SchemaObject = { ...written }
  if (isObject(schema.properties))
    schema.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([name, one]) => [name, isObject(one) ? schemaByHand(one) : one]),
    )
  for (const key of LISTS) {
    const list = schema[key]
    if (Array.isArray(list)) schema[key] = list.map((one) => (isObject(one) ? schemaByHand(one) : one))
  }
  for (const key of SINGLE)
    if (isObject(schema[key])) Object.assign(schema, { [key]: schemaByHand(schema[key]) })
  exclusive(schema, 'minimum', 'exclusiveMinimum')
  exclusive(schema, 'maximum', 'exclusiveMaximum')
  const { nullable: isNullable, ...rest } = schema
  if (isNullable === undefined) return schema
  return isNullable ? nullable(rest) : rest
}

/** In 3.0 the exclusive bound is a flag beside the bound. */
function exclusive(
  schema: SchemaObject,
  bound: 'minimum' | 'maximum',
  flag: 'exclusiveMinimum' | 'exclusiveMaximum',
): void {
  const isExclusive = schema[flag]
  if (typeof isExclusive !== 'boolean') return
  delete schema[flag]
  if (!isExclusive || schema[bound] === undefined) return
  schema[flag] = schema[bound]
  delete schema[bound]
}

function isObject(value: unknown): value is SchemaObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
