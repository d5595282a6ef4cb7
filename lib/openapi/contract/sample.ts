import type { OpenApiDocument, SchemaObject } from '../document.js'
import { resolvePointer } from '../references.js'

const BY_FORMAT: Readonly<Record<string, string>> = {
  date: '2024-02-29',
  'date-time': '2024-02-29T12:00:00.000Z',
  email: 'someone@example.com',
  uuid: '0b9d3c3e-6a35-4c0e-9d4a-2f6c1f0e7a11',
  uri: 'https://example.com/a',
  'uri-reference': '/a',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  binary: 'bytes',
}

/** Texts to try where a pattern has to match, and none can be computed. */
const CANDIDATES = [
  'a',
  'A',
  '1',
  'abc',
  'ABC',
  '123',
  'abc-123',
  'a1',
  'aa',
  '12',
  '12:30',
  '1.2.3',
  '#aabbcc',
  'AB',
  '0'.repeat(24),
  'a.b.c',
]

/** Levels of nesting that are filled in; deeper only what is required. */
const MOST_LEVELS = 4

/**
 * Makes a value that a schema accepts, as far as that can be seen: examples first, then types, formats and bounds.
 *
 * @param given a schema
 * @param document that it is of
 * @returns undefined if nothing is known
 */
export function sampleOf(given: SchemaObject, document: OpenApiDocument, level = 0): unknown {
  const schema = resolved(given, document)
  const [example] = Array.isArray(schema.examples) ? (schema.examples as unknown[]) : []
  if (example !== undefined) return example
  if (schema.const !== undefined) return schema.const
  if (schema.enum !== undefined) return schema.enum[0]
  if (schema.default !== undefined) return schema.default
  const [alternative] = schema.oneOf ?? schema.anyOf ?? []
  if (alternative !== undefined && schema.properties === undefined && schema.type === undefined)
    return sampleOf(alternative, document, level)
  switch ([schema.type].flat().find((type) => type !== 'null')) {
    case 'string':
      return sampleText(schema)
    case 'integer':
    case 'number':
      return sampleNumber(schema)
    case 'boolean':
      return true
    case 'array':
      return sampleList(schema, document, level)
    case 'object':
      return sampleObject(schema, document, level)
    default:
      return schema.properties === undefined ? undefined : sampleObject(schema, document, level)
  }
}

/** Follows references, and joins what stands under `allOf`. */
export function resolved(schema: SchemaObject, document: OpenApiDocument): SchemaObject {
  if (schema.$ref !== undefined) {
    const { $ref, ...rest } = schema
    return { ...resolved(resolvePointer(document, $ref) as SchemaObject, document), ...rest }
  }
  if (schema.allOf === undefined) return schema
  const { allOf, ...rest } = schema
  return allOf
    .map((one) => resolved(one, document))
    .reduce<SchemaObject>((joined, one) => {
      const required = [...(joined.required ?? []), ...(one.required ?? [])]
      return { ...joined, ...one, properties: { ...joined.properties, ...one.properties }, required }
    }, rest)
}

function sampleText({ format, pattern, minLength = 0, maxLength = Infinity }: SchemaObject): string {
  const formatted = format === undefined ? undefined : BY_FORMAT[format]
  if (formatted !== undefined) return formatted
  if (pattern === undefined) return 'sample'.padEnd(minLength, 'x').slice(0, maxLength)
  const expression = new RegExp(pattern, 'u')
  const fits = (text: string): boolean =>
    expression.test(text) && text.length >= minLength && text.length <= maxLength
  const padded = CANDIDATES.flatMap((one) => [one, one.padEnd(minLength, one)])
  return padded.find(fits) ?? 'sample'
}

function sampleNumber({
  type,
  minimum,
  maximum,
  exclusiveMinimum,
  exclusiveMaximum,
  multipleOf,
}: SchemaObject): number {
  const step = multipleOf ?? ([type].flat().includes('integer') ? 1 : 0.5)
  const low = minimum ?? (typeof exclusiveMinimum === 'number' ? exclusiveMinimum + step : undefined)
  const high = maximum ?? (typeof exclusiveMaximum === 'number' ? exclusiveMaximum - step : undefined)
  const wanted = low ?? Math.min(1, high ?? 1)
  return multipleOf === undefined ? wanted : Math.ceil(wanted / multipleOf) * multipleOf
}

function sampleList(
  { items = {}, minItems = 1 }: SchemaObject,
  document: OpenApiDocument,
  level: number,
): unknown[] {
  if (level > MOST_LEVELS && minItems === 0) return []
  return Array.from({ length: Math.max(1, minItems) }, () => sampleOf(items, document, level + 1))
}

function sampleObject(schema: SchemaObject, document: OpenApiDocument, level: number): object {
  const { properties = {}, required = [] } = schema
  const wanted = Object.entries(properties).filter(
    ([name, one]) => one.readOnly !== true && (level < MOST_LEVELS || required.includes(name)),
  )
  return Object.fromEntries(wanted.map(([name, one]) => [name, sampleOf(one, document, level + 1)]))
}
