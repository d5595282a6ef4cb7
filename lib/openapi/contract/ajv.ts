import { createRequire } from 'node:module'
import { explainMissingPackage } from '../../common/index.js'

/** A compiled schema. */
export interface SchemaCheck {
  (value: unknown): boolean
  errors?: readonly { readonly instancePath: string; readonly message?: string }[] | null
}

/** What is used of ajv. */
export interface SchemaCompiler {
  addSchema(schema: object): unknown
  compile(schema: object): SchemaCheck
}

/**
 * Loads ajv for draft 2020-12, with the formats of ajv-formats.
 *
 * @param from for tests
 * @throws {CorbelError} CORBEL_PACKAGE_MISSING with the install line
 */
export function createCompiler(
  from: (name: string) => unknown = createRequire(import.meta.url),
): SchemaCompiler {
  const load = (name: string, file = name): unknown => {
    try {
      const loaded = from(file) as { default?: unknown }
      return loaded.default ?? loaded
    } catch (error) {
      if (error instanceof Error && !error.message.includes(`'${name}'`)) error.message += ` ('${name}')`
      throw explainMissingPackage(error, name, 'The contract of OpenApiModule')
    }
  }
  const Ajv = load('ajv', 'ajv/dist/2020') as new (options: object) => SchemaCompiler
  const addFormats = load('ajv-formats') as (compiler: SchemaCompiler) => void
  const compiler = new Ajv({ strict: false, allErrors: true })
  addFormats(compiler)
  return compiler
}
