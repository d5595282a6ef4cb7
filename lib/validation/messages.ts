import type { ValidationError } from 'class-validator'

/**
 * Lists the messages of a tree of errors, each with the path of the property that it is about.
 *
 * @param errors as a validator gives them
 * @returns `email must be an email`, `address.city must be a string`, `items.0.name should not be empty` …
 */
export function flattenMessages(errors: readonly ValidationError[]): string[] {
  const messages: string[] = []
  for (const error of errors) collect(error, '', messages)
  return messages
}

function collect(error: ValidationError, parent: string, messages: string[]): void {
  // messages begin with the name of the property, so the path of its parent is all that is put before them
  for (const message of Object.values(error.constraints ?? {})) messages.push(parent + message)
  for (const child of error.children ?? []) collect(child, `${parent}${error.property}.`, messages)
}
