/**
 * The buffer in which JSON is put together as UTF-8: a piece costs a loop over a few bytes, where each concatenation would
 * make an object and the result would have to be flattened, measured and encoded. What writes to it takes the position at
 * which it writes and gives the one after it.
 */

/** Of the buffer; what is longer is taken in parts. Memory that is never written to is never taken. */
const SIZE = 256 * 1024

/** Bytes that are free before the first check: brackets of all levels, a comma, a key, a short text, all of it escaped. */
const MARGIN = 1024

/** At and below this position, a key and a scalar fit without asking, unless it is a long text, which looks itself. */
export const LAST = SIZE - MARGIN

/** In place of a position: JSON leaves the value out, and nothing was written. */
export const OMITTED = -1

export const COMMA = 44
export const OPEN_OBJECT = 123
export const CLOSE_OBJECT = 125
export const OPEN_LIST = 91
export const CLOSE_LIST = 93

/** Writes a value at a position of the buffer. */
export type Put = (value: unknown, position: number, depth: number) => number

/** A buffer whose memory may be written in other ways, too: Node has them, its types do not. */
interface Scratch extends Buffer {
  utf8Write?(text: string, start: number): number
  latin1Slice?(start: number, end: number): string
}

const buffer = Buffer.alloc(SIZE) as Scratch

/** What is written to, by whoever stays below `LAST` plus the margin. Keep it in a constant of your own: the engine takes
 * what a module exports for something that may change. */
export const sharedBytes = new Uint8Array(buffer.buffer, buffer.byteOffset, SIZE)

/** The same memory, in words. */
export const sharedView = new DataView(buffer.buffer, buffer.byteOffset, SIZE)

// what Node's own methods come to, without the detour
const hasShortcuts = buffer.utf8Write !== undefined && buffer.latin1Slice !== undefined

/** Writes a text as UTF-8, not escaped; gives its length in bytes. */
export const writeUtf8: (text: string, position: number) => number = hasShortcuts
  ? (text, position) => buffer.utf8Write!(text, position)
  : (text, position) => buffer.write(text, position, 'utf8')

const asciiSlice: (end: number) => string = hasShortcuts
  ? (end) => buffer.latin1Slice!(0, end)
  : (end) => buffer.toString('latin1', 0, end)

let isBusy = false
/** What was written so far of the value is ASCII: it becomes a text at the cost of copying it. */
let isAscii = true
/** What has left the buffer already, while all of it was ASCII. */
let done = ''
/** What has left the buffer already, from then on. */
let parts: Uint8Array[] | undefined

/** True while a value is being written: what a getter or a `toJSON` writes meanwhile has to go another way. */
export function isWriting(): boolean {
  return isBusy
}

/** To be called by whoever writes bytes that are no ASCII. */
export function noteWide(): void {
  isAscii = false
}

/**
 * Writes one value.
 *
 * @param put writes the value
 * @param value anything
 * @returns ASCII as a text, anything else as bytes of UTF-8; undefined for what JSON leaves out
 */
export function bodyOf(put: Put, value: unknown): string | Uint8Array | undefined {
  isBusy = true
  isAscii = true
  try {
    const end = put(value, 0, 0)
    if (end === OMITTED) return undefined
    if (isAscii) return done === '' ? asciiSlice(end) : done + asciiSlice(end)
    if (done === '' && parts === undefined) return copyOf(end)
    flush(end)
    return Buffer.concat(parts!)
  } finally {
    isBusy = false
    done = ''
    parts = undefined
  }
}

/**
 * Writes one value as text.
 *
 * @param put writes the value
 * @param value anything
 * @returns the text; undefined for what JSON leaves out
 */
export function textOf(put: Put, value: unknown): string | undefined {
  const body = bodyOf(put, value)
  return typeof body === 'object' ? (body as Buffer).toString() : body
}

function copyOf(end: number): Buffer {
  const copy = Buffer.allocUnsafe(end)
  copy.set(sharedBytes.subarray(0, end))
  return copy
}

/** Empties the buffer, so that there is room. */
export function flush(position: number): number {
  if (isAscii) done += asciiSlice(position)
  else keep(copyOf(position))
  return 0
}

function keep(part: Uint8Array): void {
  parts ??= done === '' ? [] : [Buffer.from(done, 'latin1')]
  parts.push(part)
}

/** Writes JSON that is ready. */
export function putJson(json: string, position: number): number {
  const { length } = json
  // three bytes for a character at most: four are for two
  if (3 * length > LAST) return putApart(json, position)
  const start = position + 3 * length > LAST ? flush(position) : position
  const size = writeUtf8(json, start)
  if (size !== length) isAscii = false
  return start + size
}

/** Puts JSON behind what is in the buffer without writing it there. */
function putApart(json: string, position: number): number {
  if (position > 0) flush(position)
  const bytes = Buffer.from(json)
  if (isAscii && bytes.length === json.length) done += json
  else {
    isAscii = false
    keep(bytes)
  }
  return 0
}
