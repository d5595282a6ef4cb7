import type { OpenApiDocument, SchemaObject } from '../document.js'
import { resolvePointer } from '../references.js'

/** A schema with what its parts say put together. */
export interface FlatSchema {
  /** Null: of any type. */
  readonly types: ReadonlySet<string> | null
  readonly properties: Readonly<Record<string, SchemaObject>>
  readonly required: ReadonlySet<string>
  /** Alternatives, those that are only null left out. */
  readonly alternatives: readonly SchemaObject[]
  readonly values: readonly unknown[] | undefined
  /** Everything else. */
  readonly keywords: Readonly<Record<string, unknown>>
}

/**
 * What a reference leads to, through further references.
 *
 * @param document the whole
 * @param value a reference, or the thing itself
 * @returns an empty object where there is nothing
 */
export function dereference<T extends object>(document: OpenApiDocument, value: T | undefined): T {
  let current: unknown = value
  // a circle of references alone means nothing
  for (let step = 0; step < 32; step++) {
    const target = (current as { $ref?: unknown } | undefined)?.$ref
    if (typeof target !== 'string') break
    current = target.startsWith('#/') ? resolvePointer(document, target) : undefined
  }
  return (typeof current === 'object' && current !== null ? current : {}) as T
}

/**
 * Puts a schema together: references, `allOf`, the ways in which OpenAPI 3.0 and 3.1 write null, and `const` as an enum of one.
 *
 * @param document that it belongs to
 * @param schema any
 */
export function flattenSchema(document: OpenApiDocument, schema: SchemaObject): FlatSchema {
  const { $ref: reference, ...beside } = schema
  // in 3.1 keywords may stand beside a reference
  const target = reference === undefined ? {} : dereference<SchemaObject>(document, { $ref: reference })
  const merged: SchemaObject = { ...target, ...beside }
  const parts = (merged.allOf ?? []).map((part) => flattenSchema(document, part))
  const { type, nullable, properties, required, enum: values, const: only, allOf: _, ...rest } = merged
  const { oneOf, anyOf, ...keywords } = rest
  const all = oneOf ?? anyOf ?? []
  const alternatives = all.filter((one) => !isNull(one))
  const takesNull = alternatives.length < all.length || nullable === true
  let types = type === undefined ? typesOf(parts) : new Set([type].flat())
  let own: FlatSchema = {
    types,
    properties: Object.assign({}, ...parts.map((part) => part.properties), properties) as Record<
      string,
      SchemaObject
    >,
    required: new Set([...parts.flatMap((part) => [...part.required]), ...(required ?? [])]),
    alternatives: [...parts.flatMap((part) => part.alternatives), ...alternatives],
    values: only !== undefined ? [only] : (values ?? parts.find((part) => part.values !== undefined)?.values),
    keywords: Object.assign({}, ...parts.map((part) => part.keywords), keywords) as Record<string, unknown>,
  }
  if (takesNull && own.alternatives.length === 1 && isOnlyNullable(own)) {
    // "this, or null" is this with one more type
    own = flattenSchema(document, { ...own.alternatives[0]!, ...annotationsOf(own.keywords) })
    types = own.types === null ? null : new Set(own.types)
  }
  if (takesNull && types !== null) types = new Set([...types, 'null'])
  return { ...own, types }
}

function isNull({ type }: SchemaObject): boolean {
  return type === 'null'
}

function typesOf(parts: readonly FlatSchema[]): ReadonlySet<string> | null {
  const known = parts.flatMap(({ types }) => (types === null ? [] : [types]))
  if (known.length === 0) return null
  // all parts hold: a value has a type that each of them knows
  return new Set([...known[0]!].filter((type) => known.every((types) => types.has(type))))
}

const ANNOTATIONS = new Set(['title', 'description', 'default', 'example', 'examples', 'deprecated'])

function isOnlyNullable({ properties, keywords, values }: FlatSchema): boolean {
  return (
    Object.keys(properties).length === 0 &&
    values === undefined &&
    Object.keys(keywords).every((key) => ANNOTATIONS.has(key) || key.startsWith('x-'))
  )
}

function annotationsOf(keywords: Readonly<Record<string, unknown>>): SchemaObject {
  return Object.fromEntries(Object.entries(keywords).filter(([key]) => ANNOTATIONS.has(key)))
}
