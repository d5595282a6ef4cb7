import type { StandardSchema } from '../../common/index.js'
import type { SchemaObject } from '../document.js'
import type { Direction } from './properties.js'

/** Makes JSON Schema of a schema of some library; undefined where it cannot. */
export type SchemaConverter = (schema: StandardSchema, direction: Direction) => SchemaObject | undefined

interface Converting {
  readonly '~standard': {
    readonly jsonSchema?: {
      input(options: { readonly target: string }): unknown
      output(options: { readonly target: string }): unknown
    }
  }
  toJSONSchema?(options?: object): unknown
  toJsonSchema?(): unknown
}

/**
 * What a schema of zod, arktype, valibot … is in JSON Schema: by Standard JSON Schema where the library has it, otherwise
 * by a method `toJSONSchema` or `toJsonSchema` of the schema itself.
 *
 * @param schema the schema
 * @param direction before or after its transformations
 * @param convert of the application, asked first
 * @returns undefined where nothing is known
 * @see https://standardschema.dev/json-schema
 */
export function jsonSchemaOf(
  schema: StandardSchema,
  direction: Direction,
  convert?: SchemaConverter,
): SchemaObject | undefined {
  const own = convert?.(schema, direction)
  if (own !== undefined) return own
  const one = schema as unknown as Converting
  try {
    const standard = one['~standard'].jsonSchema?.[direction]({ target: 'draft-2020-12' })
    const made = standard ?? one.toJSONSchema?.({ io: direction }) ?? one.toJsonSchema?.()
    return typeof made === 'object' && made !== null ? copyWithoutDialect(made as SchemaObject) : undefined
  } catch {
    return undefined // it has something that JSON Schema cannot say
  }
}

function copyWithoutDialect(schema: SchemaObject): SchemaObject {
  const { $schema: _, ...rest } = structuredClone(schema)
  return rest
}

/**
 * Takes the definitions out of a schema, so that they can become components.
 *
 * @param schema with `$defs`
 * @param add makes a component and tells its reference
 * @returns the schema, whose references lead to the components
 */
export function liftDefinitions(
  schema: SchemaObject,
  add: (name: string, schema: SchemaObject) => string,
): SchemaObject {
  const { $defs, ...rest } = schema as SchemaObject & { $defs?: Record<string, SchemaObject> }
  if ($defs === undefined) return rest
  const references = new Map<string, string>()
  // every name first: definitions refer to each other
  const holders = Object.entries($defs).map(([name, definition]) => {
    const holder: SchemaObject = {}
    references.set(`#/$defs/${name}`, add(name, holder))
    return { holder, definition }
  })
  for (const { holder, definition } of holders) Object.assign(holder, rewrite(definition, references))
  return rewrite(rest, references) as SchemaObject
}

function rewrite(value: unknown, references: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => rewrite(item, references))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === '$ref' && typeof item === 'string' ? (references.get(item) ?? item) : rewrite(item, references),
    ]),
  )
}
