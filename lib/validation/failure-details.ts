import type { ValidationArguments, ValidationError } from 'class-validator'

const details = new WeakMap<ValidationError, Map<string, ValidationArguments>>()

/**
 * Notes what a rule was called with, for those who word the failure anew. A tree of errors does not tell it: it has no
 * place for the constraints of a decorator, and may leave out objects and values.
 *
 * @param error of the property
 * @param code of the rule
 * @param args of the rule
 */
export function keepDetails(error: ValidationError, code: string, args: ValidationArguments): void {
  let known = details.get(error)
  if (known === undefined) details.set(error, (known = new Map()))
  known.set(code, args)
}

/**
 * Tells what a rule was called with.
 *
 * @param error of the property
 * @param code of the rule
 * @returns undefined where nothing was noted
 */
export function detailsOf(error: ValidationError, code: string): ValidationArguments | undefined {
  return details.get(error)?.get(code)
}
