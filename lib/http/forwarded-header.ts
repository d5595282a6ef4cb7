/** What one proxy says in `Forwarded`. */
export interface ForwardedHop {
  readonly for?: string
  readonly proto?: string
  readonly host?: string
}

/** A pair, or nothing, and what ends it. Sticky: the time is linear in the length of the header. */
const PAIR = /[ \t]*(?:([!#$%&'*+.^_`|~\w-]+)=(?:"((?:[^"\\]|\\.)*)"|([!#$%&'*+.^_`|~\w-]*)))?[ \t]*([;,]|$)/y

/**
 * Reads the `Forwarded` header.
 *
 * @param header several lines joined by commas
 * @returns in the order written, the client's end first; empty where it is malformed, since then nothing in it is certain
 * @see RFC 7239 §4
 */
export function parseForwarded(header: string): readonly ForwardedHop[] {
  const hops: ForwardedHop[] = []
  let pairs: Record<string, string> = {}
  for (let at = 0; at < header.length; at = PAIR.lastIndex) {
    PAIR.lastIndex = at
    const match = PAIR.exec(header)
    if (match === null) return []
    const [, name, quoted, token = '', end] = match
    const key = name?.toLowerCase()
    if (key !== undefined) {
      // a parameter occurs once in an element
      if (Object.hasOwn(pairs, key)) return []
      pairs[key] = quoted?.replace(/\\(.)/g, '$1') ?? token
    }
    if (end === ';') continue
    if (Object.keys(pairs).length > 0) hops.push(pairs)
    pairs = {}
  }
  if (Object.keys(pairs).length > 0) hops.push(pairs)
  return hops
}
