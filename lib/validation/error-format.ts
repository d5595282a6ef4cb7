import type { ValidationError } from 'class-validator'

/** How the answer of the pipe lists messages: one after the other, or by the path of the property. */
export type ValidationErrorFormat = 'list' | 'grouped'

/** Characters of messages and of their paths that an answer has at most, unless told otherwise. */
export const DEFAULT_MAX_MESSAGES_LENGTH = 1_000_000

/** Stands at the end of messages that are not all. */
export const OMITTED_MESSAGE = 'Further validation errors were omitted'

/**
 * Leaves out what comes after a length of messages. Each counts with the path of its property, which is what makes the
 * answer to a deeply nested body grow faster than the body.
 *
 * @param errors as a validator gives them; not changed
 * @param maxLength in characters
 * @returns the errors that are left, and whether there were more
 */
export function withinLength(
  errors: readonly ValidationError[],
  maxLength: number,
): { readonly errors: readonly ValidationError[]; readonly isCut: boolean } {
  let left = maxLength
  let isCut = false
  const limit = (list: readonly ValidationError[], above: number): readonly ValidationError[] => {
    const kept: ValidationError[] = []
    for (const error of list) {
      if (left <= 0) {
        isCut = true
        return kept
      }
      const length = above + ((error.property as string | undefined) ?? '').length + 1
      for (const message of Object.values(error.constraints ?? {})) left -= length + message.length
      const children = error.children && limit(error.children, length)
      kept.push(children === error.children ? error : Object.assign({}, error, { children }))
    }
    return kept.some((error, index) => error !== list[index]) ? kept : list
  }
  return { errors: limit(errors, 0), isCut }
}

/**
 * Groups messages by the path of the property that they are about.
 *
 * @param errors as a validator gives them
 * @returns `{ 'items.0.name': ['name should not be empty'] }`
 */
export function groupMessages(errors: readonly ValidationError[]): Record<string, string[]> {
  // without a prototype: names come from outside
  const groups = Object.create(null) as Record<string, string[]>
  const collect = (list: readonly ValidationError[], parent: string): void => {
    for (const error of list) {
      const path = parent === '' ? error.property : `${parent}.${error.property}`
      if (error.constraints) groups[path] = Object.values(error.constraints)
      collect(error.children ?? [], path)
    }
  }
  collect(errors, '')
  return groups
}

/**
 * Takes the values of objects and lists out of errors whose children stand below: written down, a nested value would be
 * repeated once for each level above it.
 *
 * @param errors changed in place
 */
export function dropParentValues(errors: readonly ValidationError[]): void {
  for (const error of errors) {
    if (error.children === undefined || error.children.length === 0) continue
    delete error.value
    dropParentValues(error.children)
  }
}
