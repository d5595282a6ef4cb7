import { defineError } from '../common/index.js'

/** A name or value that could not be sent without changing the meaning of the response. */
export const HeaderInvalid = defineError<{ name: string; reason: string }>(
  'CORBEL_HEADER_INVALID',
  'The header {name} cannot be sent: {reason}.',
)

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
// field-content without leading or trailing white space, obs-text as latin1
const VALUE = /^(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?$/

/** What an engine has rendered of a frozen list. */
export interface RenderedLines {
  readonly fields: string
  /** Status line, fields, Date and the beginning of what is said of the length, which the answers of one second share. */
  start: string
  /** What `start` was made for. */
  status: number
  dateLine: string
}

/**
 * The fields of a response, in order. Names are kept in lower case; each name and value is checked when it comes in, so
 * that no engine can be made to split a response.
 *
 * @see RFC 9110 §5.1 (names), §5.5 (values)
 */
export class HeaderList {
  /** Name, value, name, value …: what engines walk. */
  readonly flat: string[] = []
  /** True once `freeze` was called: the list will not change, so an engine may keep what it rendered from it. */
  frozen = false
  /** Belongs to the H1 engine: the lines of a frozen list, rendered once. */
  h1: RenderedLines | undefined

  /** Builds a list from an object; array values become several lines. */
  static from(fields: Readonly<Record<string, string | number | readonly string[]>>): HeaderList {
    const list = new HeaderList()
    for (const [name, value] of Object.entries(fields)) {
      if (typeof value === 'object') for (const one of value) list.append(name, one)
      else list.set(name, String(value))
    }
    return list
  }

  get(name: string): string | undefined {
    const index = this.indexOf(name.toLowerCase())
    return index === -1 ? undefined : this.flat[index + 1]
  }

  getAll(name: string): string[] {
    const wanted = name.toLowerCase()
    return this.flat.filter((_, i) => i % 2 === 1 && this.flat[i - 1] === wanted)
  }

  has(name: string): boolean {
    return this.indexOf(name.toLowerCase()) !== -1
  }

  /** Replaces every line of the name by one. */
  set(name: string, value: string | number): this {
    const key = name.toLowerCase()
    const at = this.indexOf(key)
    if (at === -1) return this.append(key, value)
    this.assertOpen(key)
    this.flat[at + 1] = checkedValue(key, value)
    for (let i = this.flat.length - 2; i > at; i -= 2) if (this.flat[i] === key) this.flat.splice(i, 2)
    return this
  }

  /** Adds a line, whether or not there is one of that name. */
  append(name: string, value: string | number): this {
    const key = checkedName(name)
    this.assertOpen(key)
    this.flat.push(key, checkedValue(key, value))
    return this
  }

  delete(name: string): this {
    const key = name.toLowerCase()
    this.assertOpen(key)
    for (let i = this.flat.length - 2; i >= 0; i -= 2) if (this.flat[i] === key) this.flat.splice(i, 2)
    return this
  }

  /** The lines as pairs. */
  *[Symbol.iterator](): IterableIterator<[name: string, value: string]> {
    for (let i = 0; i < this.flat.length; i += 2) yield [this.flat[i]!, this.flat[i + 1]!]
  }

  /** A copy that can be changed. */
  clone(): HeaderList {
    const copy = new HeaderList()
    copy.flat.push(...this.flat)
    return copy
  }

  /** Forbids changes, so that engines may render the list once and keep the result. */
  freeze(): this {
    this.frozen = true
    return this
  }

  private indexOf(key: string): number {
    for (let i = 0; i < this.flat.length; i += 2) if (this.flat[i] === key) return i
    return -1
  }

  private assertOpen(name: string): void {
    if (this.frozen) throw new HeaderInvalid({ name, reason: 'this header list is frozen; clone() it first' })
  }
}

/** No fields. */
export const NO_HEADERS = new HeaderList().freeze()

function checkedName(name: string): string {
  if (!TOKEN.test(name))
    throw new HeaderInvalid({ name: JSON.stringify(name), reason: 'the name is not a token' })
  return name.toLowerCase()
}

function checkedValue(name: string, value: string | number): string {
  const text = String(value)
  if (!VALUE.test(text)) {
    throw new HeaderInvalid({
      name,
      reason:
        'the value has line breaks, control characters, characters above U+00FF, or white space around it',
    })
  }
  return text
}
