import { entityTagsOf, sameStrongly } from './entity-tags.js'
import { isFresh, type Validators } from './freshness.js'
import type { HeaderView } from './header-view.js'
import { parseHttpDate } from './http-date.js'

/** Says what the conditions of a request come to: go on, answer 304, or refuse with 412. */
export type Precondition = 'proceed' | 'not-modified' | 'failed'

/**
 * Evaluates the conditions of a GET or HEAD request in the order in which they count.
 *
 * @param headers of the request
 * @param validators of what would be answered with 200
 * @see RFC 9110 §13.2.2
 */
export function evaluatePreconditions(headers: HeaderView, validators: Validators): Precondition {
  const ifMatch = headers.get('if-match')
  if (ifMatch !== undefined) {
    if (!matchesStrongly(ifMatch, validators.etag)) return 'failed'
  } else if (isModified(headers.get('if-unmodified-since'), validators.lastModified)) return 'failed'
  const fresh = isFresh(
    {
      ifNoneMatch: headers.get('if-none-match'),
      ifModifiedSince: headers.get('if-modified-since'),
      // no-cache is for caches on the way; clients that make conditions themselves (Fetch) say it with every one
      cacheControl: undefined,
    },
    validators,
  )
  return fresh ? 'not-modified' : 'proceed'
}

/**
 * Tells whether parts fit to those that the client has already. Only validators that change with every byte can tell: a
 * strong entity tag, or a date that is over for long enough.
 *
 * @param ifRange the value of `If-Range`
 * @param validators of the whole
 * @param now ms since 1970
 * @see RFC 9110 §13.1.5, §8.8.2.2
 */
export function partsFit(ifRange: string, { etag, lastModified }: Validators, now = Date.now()): boolean {
  if (ifRange.includes('"')) return sameStrongly(ifRange, etag)
  if (lastModified === undefined) return false
  const changed = parseHttpDate(lastModified)
  return changed === parseHttpDate(ifRange) && changed + 1000 <= now
}

function matchesStrongly(list: string, etag: string | undefined): boolean {
  return list.trim() === '*' || entityTagsOf(list).some((one) => sameStrongly(one, etag))
}

/** What is no date is no condition. */
function isModified(unmodifiedSince: string | undefined, lastModified: string | undefined): boolean {
  if (unmodifiedSince === undefined || lastModified === undefined) return false
  return parseHttpDate(lastModified) > parseHttpDate(unmodifiedSince)
}
