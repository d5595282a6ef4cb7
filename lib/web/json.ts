import { defineError } from '../common/index.js'

/** A result that contains itself. */
export const JsonCircular = defineError<{ path: string; target: string }>(
  'CORBEL_JSON_CIRCULAR',
  'The value cannot be written as JSON: it refers back to {target} at {path}. Leave that property out (@Exclude(), a class for the response), or return a copy without it.',
)

/** A result with a BigInt, which JSON does not have. */
export const JsonBigInt = defineError<{ path: string }>(
  'CORBEL_JSON_BIGINT',
  "The value cannot be written as JSON: there is a BigInt at {path}. Convert it, or write them all as text: createApp(Root, { responses: { bigint: 'string' } }).",
)

/** What happens to a BigInt: an error, or its digits as text. */
export type BigIntPolicy = 'error' | 'string'

/** Writes a value as JSON text; empty for what JSON leaves out (functions, symbols). */
export type WriteJson = (value: unknown) => string

/** Writes a value as the JSON of a body: as text, or as bytes of UTF-8 where the writer has them at hand. */
export type WriteBody = (value: unknown) => string | Uint8Array

/**
 * Writes JSON as `JSON.stringify` does, with errors that tell the place.
 *
 * @param value anything
 * @returns the text; empty for what JSON leaves out
 * @throws {CorbelError} CORBEL_JSON_CIRCULAR, CORBEL_JSON_BIGINT
 */
export function writeJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? ''
  } catch (error) {
    return rescueJson(value, error, 'error')
  }
}

/**
 * Explains, or makes good, a failure of `JSON.stringify`. Nothing is looked at before there is one.
 *
 * @param value that could not be written
 * @param error what was thrown
 * @param policy for BigInts
 * @returns the text, if BigInts were all that was wrong and are written as text
 * @throws {CorbelError} CORBEL_JSON_CIRCULAR, CORBEL_JSON_BIGINT; or the error as it was, if neither is the reason
 */
export function rescueJson(value: unknown, error: unknown, policy: BigIntPolicy): string {
  if (!(error instanceof TypeError || error instanceof RangeError)) throw error
  let cause: unknown = error
  if (policy === 'string') {
    try {
      return JSON.stringify(value, bigIntsAsText) ?? ''
    } catch (again) {
      cause = again
    }
  }
  const culprit = findCulprit(value, policy === 'error')
  if (culprit === undefined) throw cause
  const path = spellPath(culprit.path)
  if (culprit.target === undefined) throw new JsonBigInt({ path }, { cause })
  throw new JsonCircular({ path, target: spellPath(culprit.target) }, { cause })
}

/** A replacer that writes BigInts as text. */
function bigIntsAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}

type Path = readonly (string | number)[]

interface Culprit {
  readonly path: Path
  /** Where the object is that is met again; undefined for a BigInt. */
  readonly target: Path | undefined
}

/**
 * Finds where a value refers to itself. Breadth does not matter here, depth does: the walk keeps a stack of its own.
 *
 * @param root any value
 * @returns the place of the reference, as in `order.lines[0].order`, and of what it refers to; undefined if there is none
 */
export function findCircle(root: unknown): { readonly path: string; readonly target: string } | undefined {
  const culprit = findCulprit(root, false)
  return culprit?.target && { path: spellPath(culprit.path), target: spellPath(culprit.target) }
}

function findCulprit(root: unknown, countsBigInts: boolean): Culprit | undefined {
  const around = new Map<object, number>()
  const done = new Set<object>()
  const path: (string | number)[] = []
  const frames: { readonly value: object; readonly keys: readonly (string | number)[]; next: number }[] = []
  const enter = (given: unknown, key: string): Culprit | undefined => {
    const value = asWritten(given, key)
    if (typeof value === 'bigint' && countsBigInts) return { path: [...path], target: undefined }
    if (typeof value !== 'object' || value === null || done.has(value)) return undefined
    const depth = around.get(value)
    if (depth !== undefined) return { path: [...path], target: path.slice(0, depth) }
    around.set(value, path.length)
    const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value)
    frames.push({ value, keys, next: 0 })
    return undefined
  }
  let found = enter(root, '')
  while (found === undefined && frames.length > 0) {
    const frame = frames.at(-1)!
    if (frame.next === frame.keys.length) {
      frames.pop()
      around.delete(frame.value)
      done.add(frame.value)
      path.pop()
      continue
    }
    const key = frame.keys[frame.next++]!
    path.push(key)
    const before = frames.length
    found = enter(read(frame.value, key), String(key))
    if (frames.length === before) path.pop()
  }
  return found
}

/** What `toJSON` makes of a value. A bigint may have one too, where an application gave it to all of them. */
function asWritten(value: unknown, key: string): unknown {
  if ((typeof value !== 'object' && typeof value !== 'bigint') || value === null) return value
  const { toJSON } = value as { toJSON?: unknown }
  return typeof toJSON === 'function' ? (toJSON.call(value, key) as unknown) : value
}

function read(value: object, key: string | number): unknown {
  return (value as Record<string | number, unknown>)[key]
}

function spellPath(path: Path): string {
  const spelled = path
    .map((step) => {
      if (typeof step === 'number') return `[${step}]`
      return /^[A-Za-z_$][\w$]*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`
    })
    .join('')
  return spelled === '' ? 'the value itself' : spelled.replace(/^\./, '')
}
