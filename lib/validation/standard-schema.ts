import type { ValidationError } from 'class-validator'
import {
  isPromise,
  type MaybePromise,
  type SchemaIssue,
  type SchemaResult,
  type StandardSchema,
} from '../common/index.js'
import { classValidator } from './class-validator.js'

const issues = new WeakMap<ValidationError, SchemaIssue>()

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
  const error = new (classValidator().ValidationError)()
  error.property = pathOf(issue).join('.')
  error.children = []
  return describeIssue(error, issue)
}

/**
 * Lets an error tell an issue.
 *
 * @param error of a tree; changed
 * @param issue with the message
 * @returns the error
 */
export function describeIssue(error: ValidationError, issue: SchemaIssue): ValidationError {
  const { message } = issue
  error.constraints = { schema: error.property === '' ? message : `${error.property}: ${message}` }
  issues.set(error, issue)
  return error
}

/**
 * Gives the issue that an error was made from.
 *
 * @param error of a tree
 * @returns undefined for errors of decorators
 */
export function issueOf(error: ValidationError): SchemaIssue | undefined {
  return issues.get(error)
}

/** The place that an issue is about: names and indices from the root. */
export function pathOf({ path = [] }: SchemaIssue): string[] {
  return path.map((step) => String(typeof step === 'object' ? step.key : step))
}
