/** A request as a handler sees it; text is latin1. */
export interface SeenRequest {
  readonly method: string
  readonly target: string
  readonly authority: string
  readonly version: string
  readonly fields: readonly (readonly [name: string, value: string])[]
  readonly body: string
  readonly trailers: readonly (readonly [name: string, value: string])[]
}

/** What is said of a request where not all of it matters: `GET /a`, or some of its parts. */
export type ExpectedRequest = string | Partial<SeenRequest>

/** One rule of HTTP/1.1: bytes in, and what a server has to make of them. */
export interface Rule {
  /** What is sent, in words. */
  readonly name: string
  /** Where that is said. */
  readonly source: string
  /** latin1 */
  readonly bytes: string
  /** The requests that were complete, in order. */
  readonly requests: readonly ExpectedRequest[]
  /** Status of the answer that refuses the rest and closes the connection. */
  readonly refused: number | undefined
  /** What the connection is ready for then. */
  readonly then: 'open' | 'closed' | 'incomplete'
}

/** A table of rules that have the same source. */
export function rules(source: string, ...list: readonly Omit<Rule, 'source'>[]): readonly Rule[] {
  return list.map((rule) => ({ source, ...rule }))
}

/** Whole requests, behind which the connection is open. */
export function accept(name: string, bytes: string, ...requests: ExpectedRequest[]): Omit<Rule, 'source'> {
  return { name, bytes, requests, refused: undefined, then: 'open' }
}

/** Whole requests, behind which the server closes. */
export function close(name: string, bytes: string, ...requests: ExpectedRequest[]): Omit<Rule, 'source'> {
  return { name, bytes, requests, refused: undefined, then: 'closed' }
}

/** Something that is refused, perhaps behind requests that are not. */
export function refuse(
  name: string,
  status: number,
  bytes: string,
  ...requests: ExpectedRequest[]
): Omit<Rule, 'source'> {
  return { name, bytes, requests, refused: status, then: 'closed' }
}

/** Something that more has to come behind: nothing is answered, and nothing is passed on. */
export function wait(name: string, bytes: string, ...requests: ExpectedRequest[]): Omit<Rule, 'source'> {
  return { name, bytes, requests, refused: undefined, then: 'incomplete' }
}

/** A head with `Host: a`. */
export function get(...fields: string[]): string {
  return head('GET /', ...fields)
}

/** A head of a POST with `Host: a`. */
export function post(...fields: string[]): string {
  return head('POST /', ...fields)
}

/** A head of a POST whose body is chunked. */
export function chunked(body: string): string {
  return post('Transfer-Encoding: chunked') + body
}

/** A head in HTTP/1.1 with `Host: a`. */
export function head(line: string, ...fields: string[]): string {
  return [`${line} HTTP/1.1`, 'Host: a', ...fields, '', ''].join('\r\n')
}
