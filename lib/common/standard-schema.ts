import type { MaybePromise } from './types.js'

/** A schema of zod, valibot, arktype or any other library that follows Standard Schema (standardschema.dev, version 1). */
export interface StandardSchema<Output = unknown> {
  readonly '~standard': {
    readonly version: number
    readonly vendor: string
    readonly validate: (value: unknown) => MaybePromise<SchemaResult<Output>>
  }
}

/** What a schema answers: the value as it understood it, or what is wrong. */
export type SchemaResult<Output> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] }

/** One complaint of a schema. */
export interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/**
 * Tells whether something is a Standard Schema.
 *
 * @param value anything; arktype's schemas are functions, zod's and valibot's objects
 */
export function isStandardSchema(value: unknown): value is StandardSchema {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  const standard = (value as Partial<StandardSchema>)['~standard']
  return typeof standard?.validate === 'function'
}

/**
 * Finds the schema that something stands for.
 *
 * @param value a schema, or a class with one as its static `schema`, as the DTO helpers of schema libraries make them
 * @returns undefined where there is none
 */
export function schemaOf(value: unknown): StandardSchema | undefined {
  if (isStandardSchema(value)) return value
  const own = typeof value === 'function' ? (value as { schema?: unknown }).schema : undefined
  return isStandardSchema(own) ? own : undefined
}
