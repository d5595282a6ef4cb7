import { statusText, type HeaderList, type RenderedLines } from '../../http/index.js'

const STATUS_LINES: (string | undefined)[] = Array.from({ length: 600 })

/**
 * The status line of a response. HTTP/1.0 clients get the same one: the version tells what the server speaks, not what it
 * answers to (RFC 9110 §2.5).
 *
 * @param status 100–599
 */
export function statusLine(status: number): string {
  return (STATUS_LINES[status] ??= `HTTP/1.1 ${status} ${statusText(status)}\r\n`)
}

/** What a header list says about things that the engine decides. */
export interface FramingWishes {
  /** `connection: close` was asked for. */
  close: boolean
  /** The list has a Date of its own. */
  date: boolean
  /** A Content-Length, meant for answers to HEAD and for 304. */
  contentLength: string | undefined
  /** The protocols of an Upgrade field, meant for 426 (RFC 9110 §15.5.22). */
  upgrade: string | undefined
}

const wishes: FramingWishes = { close: false, date: false, contentLength: undefined, upgrade: undefined }
const NO_WISHES: Readonly<FramingWishes> = { ...wishes }

/** What the list that was rendered last says about framing; valid until the next `renderFields`. */
export let lastWishes: Readonly<FramingWishes> = NO_WISHES

/**
 * Renders a header list without its framing fields. The text of a frozen list without such fields is kept in it.
 *
 * @param headers checked when they were put in: nothing in them can end a line
 * @returns lines, each with its CRLF; see `lastWishes` for what was left out
 */
export function renderFields(headers: HeaderList): string {
  lastWishes = NO_WISHES
  if (headers.h1 !== undefined) return headers.h1.fields
  const { flat } = headers
  let text = ''
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i]!
    const value = flat[i + 1]!
    if (!noteWish(name, value)) text += name + ': ' + value + '\r\n'
  }
  if (headers.frozen && lastWishes === NO_WISHES) {
    headers.h1 = { fields: text, start: '', status: 0, dateLine: '' }
  }
  return text
}

/** Lengths up to this one are written once. */
const KNOWN_LENGTHS = 4096

const lengthEnds: (string | undefined)[] = Array.from({ length: KNOWN_LENGTHS })

/**
 * The whole head of an answer whose fields were rendered before and wish nothing.
 *
 * @param status 200–599, of an answer with a body, on a connection that goes on
 * @param rendered what the list keeps
 * @param dateLine the Date line in force
 * @param length of the body, bytes
 */
export function renderPrepared(
  status: number,
  rendered: RenderedLines,
  dateLine: string,
  length: number,
): string {
  if (rendered.status !== status || rendered.dateLine !== dateLine) {
    rendered.status = status
    rendered.dateLine = dateLine
    rendered.start = flat(statusLine(status) + rendered.fields + dateLine + 'content-length: ')
  }
  if (length >= KNOWN_LENGTHS) return rendered.start + length + '\r\n\r\n'
  return rendered.start + (lengthEnds[length] ??= flat(length + '\r\n\r\n'))
}

/** The same text in one piece: joined text is a tree, which is walked for each answer that it is a part of. */
function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}

/** @returns true if the line is the engine's to write */
function noteWish(name: string, value: string): boolean {
  switch (name) {
    case 'connection':
      begin().close ||= /(?:^|,)[ \t]*close[ \t]*(?:,|$)/i.test(value)
      return true
    case 'content-length':
      begin().contentLength = value
      return true
    case 'upgrade':
      begin().upgrade = value
      return true
    case 'transfer-encoding':
    case 'keep-alive':
      begin()
      return true
    case 'date':
      begin().date = true
      return false
  }
  return false
}

function begin(): FramingWishes {
  if (lastWishes === wishes) return wishes
  Object.assign(wishes, NO_WISHES)
  lastWishes = wishes
  return wishes
}

/**
 * Renders trailers.
 *
 * @param trailers fields for behind the body; those that would change its framing are left out (RFC 9110 §6.5.1)
 */
export function renderTrailers(trailers: HeaderList | undefined): string {
  return trailers === undefined ? '' : renderFields(trailers)
}
