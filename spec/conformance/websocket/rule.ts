import { OP } from './frames.js'

/** A frame that has to come. */
export interface ExpectedFrame {
  readonly opcode: number
  readonly payload: Buffer
}

/** How a conversation ends. */
export type Ending =
  /** The connection is as good as before: the client closes it with 1000. */
  | { readonly kind: 'open' }
  /** The server answers the client's close frame with this payload, and ends the connection. */
  | { readonly kind: 'closed'; readonly payload: Buffer }
  /** The server fails the connection: a close frame with one of the codes, and the end (RFC 6455 §7.1.7). */
  | { readonly kind: 'failed'; readonly codes: readonly number[] }

/** One rule of RFC 6455: what a client says, and what a server has to make of it. */
export interface Rule {
  /** Tells it apart, with a number of its group. */
  readonly id: string
  readonly name: string
  /** Where that is said. */
  readonly source: string
  /** Each is written by itself. */
  readonly steps: readonly Buffer[]
  /** Frames that come before the end, in this order. */
  readonly frames: readonly ExpectedFrame[]
  readonly ending: Ending
}

type Draft = Omit<Rule, 'source' | 'id'>

/** A table of rules of a group that have the same source. */
export function rules(group: string, source: string, ...list: readonly Draft[]): readonly Rule[] {
  return list.map((rule, at) => ({ id: `${group}.${at + 1}`, source, ...rule }))
}

/** What is answered; the connection stays open. */
export function answers(name: string, steps: readonly Buffer[], ...frames: readonly ExpectedFrame[]): Draft {
  return { name, steps, frames, ending: { kind: 'open' } }
}

/** What fails the connection, behind answers to what came before. */
export function fails(
  name: string,
  codes: number | readonly number[],
  steps: readonly Buffer[],
  ...frames: readonly ExpectedFrame[]
): Draft {
  return { name, steps, frames, ending: { kind: 'failed', codes: [codes].flat() } }
}

/** What closes the connection in order. */
export function closes(
  name: string,
  steps: readonly Buffer[],
  payload: Buffer,
  ...frames: readonly ExpectedFrame[]
): Draft {
  return { name, steps, frames, ending: { kind: 'closed', payload } }
}

export const text = (payload: string | Uint8Array): ExpectedFrame => ({
  opcode: OP.TEXT,
  payload: Buffer.from(payload),
})
export const bytes = (payload: string | Uint8Array): ExpectedFrame => ({
  opcode: OP.BINARY,
  payload: Buffer.from(payload),
})
export const pong = (payload: string | Uint8Array = ''): ExpectedFrame => ({
  opcode: OP.PONG,
  payload: Buffer.from(payload),
})

/** Close codes of RFC 6455 §7.4.1. */
export const CODE = { PROTOCOL: 1002, NOT_TEXT: 1007, POLICY: 1008, TOO_BIG: 1009 } as const
