/**
 * What a change means for clients. `breaking`: some client that worked does so no more. `compatible`: every client goes on
 * to work. `documentation`: nothing but words.
 */
export type ChangeKind = 'breaking' | 'compatible' | 'documentation'

/** One difference between two documents. */
export interface ApiChange {
  readonly kind: ChangeKind
  /** What kind of difference it is, for programs: `operation-removed`, `type-narrowed` … */
  readonly rule: string
  /** The operations that it is about, `GET /cats/{id}`; none if it is about the document as a whole. */
  readonly operations: readonly string[]
  /** Where in the operation: `request body › name`; empty for the operation itself. */
  readonly place: string
  /** A sentence for people. */
  readonly message: string
}

/** Takes the differences in as they are found. */
export type ReportChange = (kind: ChangeKind, rule: string, place: string, message: string) => void

/** Which way a value goes: clients send a request, and get a response. */
export type FlowDirection = 'request' | 'response'

/** What a narrower set of values means: of what clients send less is taken; of what they get nothing is new. */
export function narrowing(direction: FlowDirection): ChangeKind {
  return direction === 'request' ? 'breaking' : 'compatible'
}

/** What a wider set of values means. */
export function widening(direction: FlowDirection): ChangeKind {
  return direction === 'request' ? 'compatible' : 'breaking'
}

/** A place within another. */
export function within(place: string, inner: string): string {
  return place === '' ? inner : `${place} › ${inner}`
}

/** A value as it is shown in a message. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}

/** Whether two pieces of JSON are the same; the order of members does not count. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const [first, second] = [keysOf(a), keysOf(b)]
  return (
    first.length === second.length &&
    first.every((key) => Object.hasOwn(b, key) && same(member(a, key), member(b, key)))
  )
}

/** Members that are undefined are not there: JSON has none. */
function keysOf(object: object): string[] {
  return Object.keys(object).filter((key) => member(object, key) !== undefined)
}

function member(object: object, key: string): unknown {
  return (object as Record<string, unknown>)[key]
}
