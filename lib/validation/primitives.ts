import type { ArgumentMetadata } from '../pipeline/index.js'

/**
 * Makes the conversion of a path or query parameter to the primitive type that it is declared with.
 *
 * @param metadata of the parameter
 * @returns the conversion; undefined where none applies: other sources, whole objects, other types
 */
export function convertPrimitive({
  type,
  metatype,
  data,
}: ArgumentMetadata): ((value: unknown) => unknown) | undefined {
  if (!data || (type !== 'param' && type !== 'query')) return undefined
  if ((metatype as unknown) === Number) return toNumber
  if ((metatype as unknown) === Boolean) return toBoolean
  if ((metatype as unknown) === String) return toText
  return undefined
}

function toNumber(value: unknown): unknown {
  if (value === undefined) return undefined
  return typeof value === 'object' && value !== null ? Number.NaN : Number(value)
}

function toBoolean(value: unknown): unknown {
  return value === undefined ? undefined : value === true || value === 'true'
}

function toText(value: unknown): unknown {
  // of an object only its text would be left, and `{ "toString": 1 }` has none
  return typeof value === 'number' || typeof value === 'boolean' || value === null ? String(value) : value
}
