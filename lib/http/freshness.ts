import { entityTagsOf, sameWeakly } from './entity-tags.js'
import { parseHttpDate } from './http-date.js'

/** What a response says of its state, as far as conditions of a request are about it. */
export interface Validators {
  readonly etag: string | undefined
  readonly lastModified: string | undefined
}

/** What a request makes its answer depend on. */
export interface Conditions {
  readonly ifNoneMatch: string | undefined
  readonly ifModifiedSince: string | undefined
  readonly cacheControl: string | undefined
}

/**
 * Tells whether what a client has is still good, so that 304 would do.
 *
 * @param conditions of the request
 * @param validators of the response
 * @see RFC 9110 §13.1.2, §13.1.3; a reload (`Cache-Control: no-cache`) always gets the whole answer
 */
export function isFresh(conditions: Conditions, { etag, lastModified }: Validators): boolean {
  const { ifNoneMatch, ifModifiedSince, cacheControl } = conditions
  if (ifNoneMatch === undefined && ifModifiedSince === undefined) return false
  if (cacheControl !== undefined && /(?:^|,)\s*no-cache\s*(?:,|$)/.test(cacheControl)) return false
  // the entity tag is the better witness: with it the date does not count
  if (ifNoneMatch !== undefined) return matchesTag(ifNoneMatch, etag)
  return lastModified !== undefined && parseHttpDate(lastModified) <= parseHttpDate(ifModifiedSince!)
}

function matchesTag(list: string, etag: string | undefined): boolean {
  // what nearly every client sends: the one tag that it was given
  if (list === etag) return true
  if (etag === undefined) return false
  return list.trim() === '*' || entityTagsOf(list).some((one) => sameWeakly(one, etag))
}
