import type { Http2Client } from './client.js'
import { CODE, headers, type Setting } from './frames.js'
import { block, type Field } from './hpack.js'

/** Something that a client does: it sends bytes, or waits, or sends what depends on what it has seen. */
export type Step = Buffer | ((client: Http2Client) => Buffer | Promise<unknown> | undefined)

/** An answer that has to come, whole. */
export interface ExpectedAnswer {
  readonly stream: number
  readonly status: number
  readonly body?: string
}

/** What a server has to make of it. */
export type Expectation =
  /** GOAWAY with one of the codes, then the end of the connection (RFC 9113 §5.4.1). */
  | { readonly kind: 'connection'; readonly codes: readonly number[] }
  /** The end of the connection; GOAWAY may be left out (RFC 9113 §3.4). */
  | { readonly kind: 'closed' }
  /** RST_STREAM with one of the codes, or GOAWAY with one (RFC 9113 §5.4.2); other streams live on. */
  | { readonly kind: 'stream'; readonly stream: number; readonly codes: readonly number[] }
  /** Nothing but what the steps and the check of the rule say. */
  | { readonly kind: 'checked' }
  /** Answers, and a connection that lives on. */
  | { readonly kind: 'answers'; readonly answers: readonly ExpectedAnswer[] }

/** One rule of HTTP/2: what a client does, and what a server has to make of it. */
export interface Rule {
  /** What is done, in words. */
  readonly name: string
  /** Where that is said. */
  readonly source: string
  readonly steps: readonly Step[]
  readonly expected: Expectation
  /** What the client announces first. */
  readonly settings?: readonly Setting[]
  /** Preface, SETTINGS and acknowledgements are among the steps, or left out. */
  readonly raw?: boolean
  /** Requests that a handler may see the beginning of; undefined: that does not matter. */
  readonly seen?: number
  /** Looked at behind everything else. */
  readonly check?: (client: Http2Client) => void
  /** How Node's own server is known to differ. */
  readonly node?: string
}

type Draft = Omit<Rule, 'source'>
type Extra = Partial<Omit<Rule, 'name' | 'source' | 'steps' | 'expected'>>

/** A table of rules that have the same source. */
export function rules(source: string, ...list: readonly Draft[]): readonly Rule[] {
  return list.map((rule) => ({ source, ...rule }))
}

/** A connection error. */
export function breaks(
  name: string,
  codes: number | readonly number[],
  steps: readonly Step[],
  extra: Extra = {},
): Draft {
  return { name, steps, expected: { kind: 'connection', codes: [codes].flat() }, ...extra }
}

/** The end of the connection, in whatever way. */
export function closes(name: string, steps: readonly Step[], extra: Extra = {}): Draft {
  return { name, steps, expected: { kind: 'closed' }, ...extra }
}

/** A stream error on stream 1. */
export function resets(
  name: string,
  codes: number | readonly number[],
  steps: readonly Step[],
  extra: Extra = {},
): Draft {
  return { name, steps, expected: { kind: 'stream', stream: 1, codes: [codes].flat() }, ...extra }
}

/** A stream error on another stream. */
export function resetsStream(
  name: string,
  stream: number,
  codes: number | readonly number[],
  steps: readonly Step[],
  extra: Extra = {},
): Draft {
  return { name, steps, expected: { kind: 'stream', stream, codes: [codes].flat() }, ...extra }
}

/** A malformed request on stream 1, which no handler sees (RFC 9113 §8.1.1). */
export function malformed(name: string, steps: readonly Step[], extra: Extra = {}): Draft {
  return resets(name, CODE.PROTOCOL_ERROR, steps, { seen: 0, ...extra })
}

/** Answers, and a connection that lives on. */
export function answers(
  name: string,
  steps: readonly Step[],
  list: readonly ExpectedAnswer[] = [],
  extra: Extra = {},
): Draft {
  return { name, steps, expected: { kind: 'answers', answers: list }, ...extra }
}

/** Nothing is answered, and the connection lives on. */
export function ignores(name: string, steps: readonly Step[], extra: Extra = {}): Draft {
  return answers(name, steps, [], extra)
}

/** The answer to a request of which only the path matters: the subjects say it back. */
export function ok(stream: number, body?: string): ExpectedAnswer {
  return body === undefined ? { stream, status: 200 } : { stream, status: 200, body }
}

/** The fields of a request; a value of undefined leaves one out. */
export function fields(changes: Readonly<Record<string, string | undefined>> = {}): Field[] {
  const all = { ':method': 'GET', ':scheme': 'http', ':path': '/', ':authority': 'a', ...changes }
  return Object.entries(all).filter((field): field is [string, string] => field[1] !== undefined)
}

/** The field block of a request. */
export function requestBlock(changes: Readonly<Record<string, string | undefined>> = {}): Buffer {
  return block(...fields(changes))
}

/** A whole GET in one frame. */
export function get(stream = 1, path = '/', more: Readonly<Record<string, string | undefined>> = {}): Buffer {
  return headers(stream, requestBlock({ ':path': path, ...more }))
}

/** The head of a POST whose body follows. */
export function post(
  stream = 1,
  path = '/echo',
  more: Readonly<Record<string, string | undefined>> = {},
): Buffer {
  return headers(stream, requestBlock({ ':method': 'POST', ':path': path, ...more }), { end: false })
}

/** A request that is whole and stays without an answer: its stream is half-closed (remote). */
export function hang(stream = 1): Buffer {
  return get(stream, '/hang')
}

/** A request with a body to come that stays unread and without an answer: its stream is open. */
export function open(stream = 1): Buffer {
  return post(stream, '/hang')
}

/** Waits for an answer to be whole. */
export function ended(stream = 1): Step {
  return (client) => client.until(`the end of stream ${stream}`, () => client.stream(stream).ended)
}

/** Waits until everything before was read. */
export const settled: Step = (client) => client.roundTrip()
