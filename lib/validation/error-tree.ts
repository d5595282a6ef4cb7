import type { ValidationArguments, ValidationError } from 'class-validator'
import { classValidator } from './class-validator.js'
import type { Constraint, RuleMetadata } from './rules.js'
import type { Settings } from './settings.js'

/** An error under construction: `constraints` and `children` are there until it is finished. */
export type OpenError = ValidationError & { constraints: Record<string, string>; children: ValidationError[] }

/**
 * Begins the error of one property.
 *
 * @param settings whether target and value are shown
 * @param object the object that is validated
 * @param value the property's value
 * @param property the property's name, or the index in a list
 */
export function openError(settings: Settings, object: object, value: unknown, property: string): OpenError {
  const error = new (classValidator().ValidationError)()
  if (settings.showTarget) error.target = object
  if (settings.showValue) error.value = value
  error.property = property
  error.children = []
  error.constraints = {}
  return error as OpenError
}

/** The error of an object about whose class nothing is known. */
export function unknownObject(settings: Settings, object: object): ValidationError {
  const error = openError(settings, object, undefined, undefined as never)
  error.value = undefined
  error.constraints = { unknownValue: 'an unknown value was passed to the validate function' }
  return error
}

/** The error of a property that the class does not have, under `forbidNonWhitelisted`. */
export function forbiddenProperty(settings: Settings, object: object, name: string): ValidationError {
  const error: ValidationError = openError(settings, object, (object as Record<string, unknown>)[name], name)
  error.constraints = { whitelistValidation: `property ${name} should not exist` }
  error.children = undefined as never
  return error
}

/**
 * Drops the errors that turned out to be empty.
 *
 * @param errors the errors of one level, as they were opened
 * @returns those with failed constraints or failed children
 */
export function finished(errors: readonly ValidationError[]): ValidationError[] {
  return errors.filter((error) => {
    if (error.children) error.children = finished(error.children)
    if (error.constraints === undefined || Object.keys(error.constraints).length > 0) return true
    if (error.children!.length === 0) return false
    delete error.constraints
    return true
  })
}

/**
 * Words a failure as class-validator words it.
 *
 * @param metadata the decorator's record, with the application's own message if there is one
 * @param constraint supplies the default message
 * @param args what the rule was called with; fills `$value`, `$property`, `$target`, `$constraint1` …
 * @param settings whether default messages are wanted
 */
export function messageOf(
  metadata: RuleMetadata,
  constraint: Constraint | undefined,
  args: ValidationArguments,
  settings: Settings,
): string {
  let message: string | ((args: ValidationArguments) => string) | undefined = metadata.message || ''
  if (
    !metadata.message &&
    !settings.dismissDefaultMessages &&
    typeof constraint?.defaultMessage === 'function'
  ) {
    message = constraint.defaultMessage(args)
  }
  const worded = typeof message === 'function' ? message(args) : message
  if (!worded) return worded
  let text: string = worded
  if (Array.isArray(args.constraints)) {
    args.constraints.forEach((constraint: unknown, index) => {
      text = text.replaceAll(`$constraint${index + 1}`, spell(constraint))
    })
  }
  const { value } = args as { value: unknown }
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') {
    text = text.replaceAll('$value', String(value))
  }
  return text.replaceAll('$property', args.property).replaceAll('$target', args.targetName)
}

/**
 * Adds the contexts of failed rules.
 *
 * @param error of the property
 * @param records with a context
 * @param typeOf names the constraint of a record
 */
export function addContexts(
  error: OpenError,
  records: readonly RuleMetadata[],
  typeOf: (metadata: RuleMetadata) => string,
): void {
  for (const metadata of records) {
    const type = typeOf(metadata)
    if (error.constraints[type]) addContext(error, type, metadata)
  }
}

/** Adds the context of one failed rule. */
export function addContext(error: ValidationError, type: string, metadata: RuleMetadata): void {
  if (!metadata.context) return
  error.contexts ??= {}
  error.contexts[type] = Object.assign((error.contexts[type] as object | undefined) ?? {}, metadata.context)
}

function spell(constraint: unknown): string {
  if (Array.isArray(constraint)) return constraint.join(', ')
  return String(typeof constraint === 'symbol' ? constraint.description : constraint)
}
