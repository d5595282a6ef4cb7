import type { ValidationError } from 'class-validator'
import { classValidator } from './class-validator.js'
import { isPromise, type MaybePromise } from '../common/index.js'

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
 * Validates with a schema, and puts its issues into the form of class-validator's errors.
 *
 * @param schema decides, and may convert
 * @param value what came from outside
 * @returns the schema's output, or errors: one per issue, `property` being the dotted path
 */
export function validateBySchema<Output>(
  schema: StandardSchema<Output>,
  value: unknown,
): MaybePromise<{ value: Output; errors: ValidationError[] }> {
  const result = schema['~standard'].validate(value)
  return isPromise<SchemaResult<Output>>(result) ? result.then(outcomeOf) : outcomeOf(result)
}

function outcomeOf<Output>(result: SchemaResult<Output>): { value: Output; errors: ValidationError[] } {
  if (result.issues === undefined) return { value: result.value, errors: [] }
  return { value: undefined as Output, errors: result.issues.map(errorOf) }
}

function errorOf(issue: SchemaIssue): ValidationError {
  const path = (issue.path ?? []).map((step) => String(typeof step === 'object' ? step.key : step)).join('.')
  const error = new (classValidator().ValidationError)()
  error.property = path
  error.children = []
  error.constraints = { schema: path === '' ? issue.message : `${path}: ${issue.message}` }
  return error
}
