import { defineDecorator } from '../metadata/index.js'
import type { WriteJson } from './json.js'
import { BYTES_TYPE, TEXT_TYPE } from './route-headers.js'

/** How the values of a stream become a body. */
export interface StreamFormat {
  readonly type: string
  /** Before the first value. */
  readonly open?: string | Uint8Array
  /** Between two values. */
  readonly between?: string
  /** After the last value. */
  readonly close?: string | Uint8Array
  /**
   * @param value the next one
   * @param index from 0
   */
  item(value: unknown, index: number): string | Uint8Array
}

/** The forms of `@StreamAs`. */
export type StreamForm = 'json' | 'ndjson'

/**
 * Sends the values of an async iterable, a stream of objects or an observable one by one as they come: as one JSON array
 * (`'json'`), or as a line of JSON each (`'ndjson'`). What fails after the first value cuts the connection, so that a client
 * never takes a part for the whole.
 *
 * @param form of the body
 * @example
 * @Get('export') @StreamAs('ndjson') all() { return this.users.stream() }
 */
export const StreamAs = defineDecorator({
  name: 'StreamAs',
  on: ['method'],
  value: (form: StreamForm): StreamForm => form,
  check: (form) =>
    form === 'json' || form === 'ndjson' ? undefined : `'${String(form)}' is neither 'json' nor 'ndjson'`,
})

/**
 * The format of a form.
 *
 * @param form as in `@StreamAs`
 * @param write writes one value as JSON
 */
export function streamFormat(form: StreamForm, write: WriteJson): StreamFormat {
  return form === 'ndjson' ? ndjsonFormat(write) : jsonArrayFormat(write)
}

/**
 * A line of JSON for each value.
 *
 * @param write writes one value as JSON, which has no line breaks
 */
export function ndjsonFormat(write: WriteJson): StreamFormat {
  return { type: 'application/x-ndjson', item: (value) => `${write(value) || 'null'}\n` }
}

/**
 * One JSON array of all values.
 *
 * @param write writes one value as JSON; what JSON leaves out becomes null, as in arrays
 * @see RFC 8259 §5
 */
export function jsonArrayFormat(write: WriteJson): StreamFormat {
  return {
    type: 'application/json; charset=utf-8',
    open: '[',
    between: ',',
    close: ']',
    item: (value) => write(value) || 'null',
  }
}

/**
 * The format where nothing is declared: bytes and text as they are, lines of JSON for anything else.
 *
 * @param first value of the stream
 * @param write writes one value as JSON
 */
export function formatOfFirst(first: unknown, write: WriteJson): StreamFormat {
  const lines = ndjsonFormat(write)
  const isBytes = first instanceof Uint8Array
  return {
    type: isBytes ? BYTES_TYPE : typeof first === 'string' ? TEXT_TYPE : lines.type,
    item: (value, index) =>
      value instanceof Uint8Array || typeof value === 'string' ? value : lines.item(value, index),
  }
}

/**
 * The parts of a body in a format.
 *
 * @param format of the body
 * @param first the values that were read already
 * @param rest the others; ending the iteration early ends it at once
 */
export function formatted(
  format: StreamFormat,
  first: readonly unknown[],
  rest: AsyncIterator<unknown>,
): AsyncIterable<string | Uint8Array> {
  return { [Symbol.asyncIterator]: () => new FormattedIterator(format, [...first], rest) }
}

class FormattedIterator implements AsyncIterator<string | Uint8Array> {
  private index = 0
  private phase: 'open' | 'items' | 'over' = 'open'

  constructor(
    private readonly format: StreamFormat,
    private readonly before: unknown[],
    private readonly rest: AsyncIterator<unknown>,
  ) {}

  async next(): Promise<IteratorResult<string | Uint8Array>> {
    const { format } = this
    if (this.phase === 'over') return { done: true, value: undefined }
    if (this.phase === 'open') {
      this.phase = 'items'
      if (format.open !== undefined) return { done: false, value: format.open }
    }
    const step: IteratorResult<unknown> =
      this.before.length > 0 ? { done: false, value: this.before.shift() } : await this.rest.next()
    if (step.done === true) {
      this.phase = 'over'
      return format.close === undefined
        ? { done: true, value: undefined }
        : { done: false, value: format.close }
    }
    const item = format.item(step.value, this.index++)
    const isLater = this.index > 1 && format.between !== undefined && typeof item === 'string'
    return { done: false, value: isLater ? format.between + item : item }
  }

  async return(): Promise<IteratorResult<string | Uint8Array>> {
    this.phase = 'over'
    await this.rest.return?.()
    return { done: true, value: undefined }
  }
}
