import { defineError } from '../common/index.js'

/** A query or form with more parameters than are read. */
export const QueryTooLarge = defineError<{ part: string; limit: number }>(
  'CORBEL_QUERY_TOO_LARGE',
  'The {part} has more than {limit} parameters.',
  { status: 400 },
)

/** A query or form whose percent-encoding is broken. */
export const QueryMalformed = defineError<{ part: string }>(
  'CORBEL_QUERY_MALFORMED',
  'The {part} has a malformed percent-encoding.',
  { status: 400 },
)

/** Parameters by name; several of one name are an array. Has no prototype, so that no name can reach one. */
export type QueryParams = Record<string, string | string[] | undefined>

/** Reads what stands behind the `?`. An application may have another one than `parseQuery`. */
export type QueryParser = (text: string) => QueryParams

const DEFAULT_LIMIT = 1000

/**
 * Parses `a=1&b=2&a=3`, as in queries and in forms: `+` is a space, names and values are percent-decoded once.
 *
 * @param text without the leading `?`
 * @param limit parameters; 1000 by default
 * @param part what it is, for messages
 * @throws {CorbelError} CORBEL_QUERY_TOO_LARGE, CORBEL_QUERY_MALFORMED (both 400)
 * @see WHATWG URL §5.1, but malformed escapes are refused instead of being kept
 */
export function parseQuery(text: string, limit: number = DEFAULT_LIMIT, part = 'query'): QueryParams {
  const params = Object.create(null) as QueryParams
  let count = 0
  for (let start = 0; start < text.length;) {
    let end = text.indexOf('&', start)
    if (end === -1) end = text.length
    if (end > start) {
      if (++count > limit) throw new QueryTooLarge({ part, limit })
      const equals = text.indexOf('=', start)
      const split = equals === -1 || equals > end ? end : equals
      add(params, decode(text.slice(start, split), part), decode(text.slice(split + 1, end), part))
    }
    start = end + 1
  }
  return params
}

function add(params: QueryParams, name: string, value: string): void {
  const known = params[name]
  if (known === undefined) params[name] = value
  else if (typeof known === 'string') params[name] = [known, value]
  else known.push(value)
}

function decode(text: string, part: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  if (!spaced.includes('%')) return spaced
  try {
    return decodeURIComponent(spaced)
  } catch {
    throw new QueryMalformed({ part })
  }
}
