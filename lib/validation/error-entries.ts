import type { ValidationError } from 'class-validator'
import { HttpException } from '../pipeline/index.js'
import { isAboutWhole } from './expect-object.js'
import { issueOf, pathOf } from './standard-schema.js'

/** One rule that failed, as `application/problem+json` tells it under `errors`. */
export interface ErrorEntry {
  /** A JSON Pointer (RFC 6901) to the value: `/address/city`, `/items/0/name`; empty for the value as a whole. */
  readonly path: string
  readonly messages: readonly string[]
  /** The rule's name, as it stands in `constraints`: `isEmail`, `isLength`, that of a rule of your own. */
  readonly code: string
}

/** One rule that failed, with the place where its message stands. */
export interface Failure {
  readonly error: ValidationError
  readonly code: string
  /** Names and indices from the root. */
  readonly path: readonly string[]
  readonly message: string
}

/** Failures that an answer lists, unless told otherwise. */
export const DEFAULT_MAX_ERRORS = 100

/**
 * Lists what a tree of errors tells: one entry for each rule that failed.
 *
 * @param errors as a validator gives them
 * @param limit of entries; 100 by default
 * @param base names in front of each path
 */
export function errorEntries(
  errors: readonly ValidationError[],
  limit: number = DEFAULT_MAX_ERRORS,
  base: readonly string[] = [],
): ErrorEntry[] {
  return failuresOf(errors, limit, base).map(({ path, message, code }) => ({
    path: pointer(path),
    messages: [message],
    code,
  }))
}

/** The entries that an exception was made with. */
export function entriesOf(exception: unknown): readonly ErrorEntry[] {
  if (!(exception instanceof HttpException)) return []
  return (exception.options.problem?.['errors'] as readonly ErrorEntry[] | undefined) ?? []
}

/**
 * Puts the entries of an exception below a path: what was validated is a part of something larger.
 *
 * @param exception changed, if it has entries
 * @param base names in front of each path
 * @returns the exception
 */
export function belowPath<T>(exception: T, base: readonly string[]): T {
  const entries = entriesOf(exception)
  if (entries.length === 0) return exception
  const errors = entries.map((entry) => ({ ...entry, path: pointer(base) + entry.path }))
  Object.assign((exception as HttpException).options, { problem: { errors } })
  return exception
}

/**
 * Walks a tree of errors.
 *
 * @param errors as a validator gives them
 * @param limit of failures
 * @param base names in front of each path
 */
export function failuresOf(
  errors: readonly ValidationError[],
  limit: number,
  base: readonly string[] = [],
): Failure[] {
  const failures: Failure[] = []
  collect(errors, base, limit, failures)
  return failures
}

function collect(
  errors: readonly ValidationError[],
  parent: readonly string[],
  limit: number,
  failures: Failure[],
): void {
  for (const error of errors) {
    if (failures.length >= limit) return
    const issue = issueOf(error)
    if (issue !== undefined) {
      failures.push({
        error,
        code: codeOf(issue),
        path: [...parent, ...pathOf(issue)],
        message: issue.message,
      })
      continue
    }
    const path = isAboutWhole(error) ? parent : [...parent, error.property]
    for (const [code, message] of Object.entries(error.constraints ?? {})) {
      if (failures.length < limit) failures.push({ error, code, path, message })
    }
    collect(error.children ?? [], path, limit, failures)
  }
}

/** Standard Schema knows no codes, but most libraries have one on their issues. */
function codeOf(issue: object): string {
  const { code, kind } = issue as { code?: unknown; kind?: unknown }
  return typeof code === 'string' ? code : typeof kind === 'string' ? kind : 'schema'
}

/** @see RFC 6901 §3 */
function pointer(path: readonly string[]): string {
  return path.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
