import type { ExecutionContext } from '../pipeline/index.js'
import type { Failure } from './error-entries.js'
import { detailsOf } from './failure-details.js'
import { describeIssue, issueOf } from './standard-schema.js'

/** A failure that is to be worded. */
export interface Untranslated {
  /** The rule's name: `isEmail`, `isLength` … */
  readonly code: string
  /** Names and indices from the root: `['items', '0', 'name']`. */
  readonly path: readonly string[]
  /** The last of them; empty for the value as a whole. */
  readonly property: string
  /** What the decorator was given: `[2, 40]` of `@Length(2, 40)`. */
  readonly constraints: readonly unknown[]
  /** The value that was refused. */
  readonly value: unknown
  /** The object that has the property. */
  readonly target: object | undefined
  /** The message as it is without translation, with `$property` and its like filled in. */
  readonly defaultMessage: string
}

/**
 * Words a failure; undefined keeps the message as it is.
 *
 * @param error what failed
 * @param context the call, which knows the language; undefined where a pipe is called by hand
 */
export type Translate = (error: Untranslated, context: ExecutionContext | undefined) => string | undefined

/**
 * Words failures anew, in the tree of errors.
 *
 * @param failures of the tree
 * @param translate words one
 * @param context the call
 */
export function translateFailures(
  failures: readonly Failure[],
  translate: Translate,
  context: ExecutionContext | undefined,
): void {
  for (const { error, code, path, message: defaultMessage } of failures) {
    const details = detailsOf(error, code)
    const untranslated: Untranslated = {
      code,
      path,
      property: path.at(-1) ?? '',
      constraints: details?.constraints ?? [],
      value: details === undefined ? (error.value as unknown) : (details.value as unknown),
      target: details?.object ?? error.target,
      defaultMessage,
    }
    const text = translate(untranslated, context)
    if (text !== undefined) reword(error, code, text)
  }
}

function reword(error: Failure['error'], code: string, text: string): void {
  const issue = issueOf(error)
  if (issue === undefined) error.constraints![code] = text
  else describeIssue(error, { path: issue.path, message: text })
}
