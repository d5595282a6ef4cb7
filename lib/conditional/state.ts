import {
  entityTagsOf,
  parseHttpDate,
  PreconditionFailed,
  sameStrongly,
  sameWeakly,
  type Validators,
} from '../http/index.js'
import { EntityTagInvalid, PreconditionRequired } from './errors.js'

/**
 * The state of what a request is about: its version (text or a number, which becomes its ETag), the time of its last change,
 * or both. Undefined or null if it does not exist.
 */
export type ResourceState =
  | string
  | number
  | bigint
  | Date
  | { readonly etag?: string | number | bigint | undefined; readonly lastModified?: Date | undefined }
  | undefined
  | null

/** What a request has to say before it may change something. */
export interface PreconditionOptions {
  /** Refuses changes without `If-Match` (or another condition) with 428. Default false. */
  readonly required?: boolean
  /**
   * How `If-Match` compares: `'strong'` (the default, RFC 9110 §13.1.1) refuses weak tags; `'weak'` takes them too, for
   * versions that reach clients in answers that were compressed on their way, which makes them weak.
   */
  readonly comparison?: 'strong' | 'weak'
}

// RFC 9110 §8.8.3: what may stand between the quotes
const OPAQUE = /^[\x21\x23-\x7e\x80-\xff]*$/
const TAG = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/

/**
 * The validators of a state.
 *
 * @param state a version, or a tag as it is sent (`"v1"`, `W/"v1"`)
 * @throws {CorbelError} CORBEL_ETAG_INVALID
 */
export function validatorsOf(state: NonNullable<ResourceState>): Validators {
  if (state instanceof Date) return { etag: undefined, lastModified: state.toUTCString() }
  if (typeof state !== 'object') return { etag: tagOf(state), lastModified: undefined }
  const { etag, lastModified } = state
  return { etag: etag === undefined ? undefined : tagOf(etag), lastModified: lastModified?.toUTCString() }
}

function tagOf(version: string | number | bigint): string {
  const text = String(version)
  if (TAG.test(text)) return text
  if (!OPAQUE.test(text)) throw new EntityTagInvalid({ tag: JSON.stringify(text) })
  return `"${text}"`
}

/** Where conditions are read: a request, or its headers. */
export interface RequestFields {
  get(name: string): string | undefined
}

/**
 * Holds a request that changes something to its conditions.
 *
 * @param method of the request, for the message
 * @param fields of the request
 * @param state of what it changes, as it is now
 * @param options see `PreconditionOptions`
 * @throws {CorbelError} CORBEL_PRECONDITION_FAILED (412), CORBEL_PRECONDITION_REQUIRED (428)
 * @see RFC 9110 §13.2.2; RFC 6585 §3
 */
export function checkChange(
  method: string,
  fields: RequestFields,
  state: ResourceState,
  { required = false, comparison = 'strong' }: PreconditionOptions = {},
): void {
  const ifMatch = fields.get('if-match')
  const ifNoneMatch = fields.get('if-none-match')
  const since = parseHttpDate(fields.get('if-unmodified-since') ?? '')
  const { etag, lastModified } = exists(state)
    ? validatorsOf(state)
    : { etag: undefined, lastModified: undefined }
  const same = comparison === 'strong' ? sameStrongly : sameWeakly
  if (ifMatch !== undefined) {
    const matches =
      ifMatch.trim() === '*' ? exists(state) : entityTagsOf(ifMatch).some((tag) => same(tag, etag))
    if (!matches) throw new PreconditionFailed({})
  } else if (!Number.isNaN(since) && lastModified !== undefined) {
    if (parseHttpDate(lastModified) > since) throw new PreconditionFailed({})
  }
  if (ifNoneMatch !== undefined) {
    const matches =
      ifNoneMatch.trim() === '*'
        ? exists(state)
        : entityTagsOf(ifNoneMatch).some((tag) => sameWeakly(tag, etag))
    if (matches) throw new PreconditionFailed({})
  }
  const isConditional =
    ifMatch !== undefined || ifNoneMatch !== undefined || (!Number.isNaN(since) && lastModified !== undefined)
  if (required && !isConditional) throw new PreconditionRequired({ method })
}

function exists(state: ResourceState): state is NonNullable<ResourceState> {
  return state !== undefined && state !== null
}

/**
 * For handlers that look up what they change anyway: holds the request to its conditions before they change it.
 *
 * @param request of the call
 * @param state of what it changes, as it is now
 * @param options see `PreconditionOptions`
 * @throws {CorbelError} CORBEL_PRECONDITION_FAILED (412), CORBEL_PRECONDITION_REQUIRED (428)
 * @example
 * const article = await this.articles.find(id)
 * assertPreconditions(request, article.version, { required: true })
 */
export function assertPreconditions(
  request: RequestFields & { readonly method: string },
  state: ResourceState,
  options?: PreconditionOptions,
): void {
  checkChange(request.method, request, state, options)
}
