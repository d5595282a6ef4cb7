import { ListedHeaders, type HeaderView } from '../../http/index.js'
import { isBlank } from './syntax.js'

/**
 * The fields of a request, over the text that they came in. Nothing is taken apart before the first lookup; then the lines
 * are found once, and only values that are asked for become strings.
 */
export class H1Headers implements HeaderView {
  /** Per line: first character of the name, colon, carriage return. */
  private index: number[] | undefined
  private listed: ListedHeaders | undefined

  /**
   * @param text latin1 text that the codec has checked
   * @param start first character of the field lines
   * @param end behind the last line's CRLF
   */
  constructor(
    private readonly text: string,
    private readonly start: number,
    private readonly end: number,
  ) {}

  get(name: string): string | undefined {
    const index = (this.index ??= this.findLines())
    let value: string | undefined
    for (let i = 0; i < index.length; i += 3) {
      if (!this.isNamed(index[i]!, index[i + 1]!, name)) continue
      const line = this.value(index[i + 1]!, index[i + 2]!)
      value = value === undefined ? line : value + (name === 'cookie' ? '; ' : ', ') + line
    }
    return value
  }

  has(name: string): boolean {
    const index = (this.index ??= this.findLines())
    for (let i = 0; i < index.length; i += 3) if (this.isNamed(index[i]!, index[i + 1]!, name)) return true
    return false
  }

  /** Forgets where the lines are, as long as nobody asks again. */
  shrink(): void {
    this.index = undefined
  }

  getAll(name: string): readonly string[] {
    return this.list().getAll(name)
  }

  lines(): readonly (readonly [name: string, value: string])[] {
    return this.list().lines()
  }

  toObject(): Record<string, string | string[] | undefined> {
    return this.list().toObject()
  }

  private findLines(): number[] {
    const { text, end } = this
    const index: number[] = []
    for (let i = this.start; i < end;) {
      const colon = text.indexOf(':', i)
      const lineEnd = text.indexOf('\r', colon)
      index.push(i, colon, lineEnd)
      i = lineEnd + 2
    }
    return index
  }

  private list(): ListedHeaders {
    if (this.listed !== undefined) return this.listed
    const index = (this.index ??= this.findLines())
    const names: string[] = []
    const values: string[] = []
    for (let i = 0; i < index.length; i += 3) {
      names.push(this.text.slice(index[i], index[i + 1]).toLowerCase())
      values.push(this.value(index[i + 1]!, index[i + 2]!))
    }
    return (this.listed = new ListedHeaders(names, values))
  }

  private isNamed(start: number, colon: number, name: string): boolean {
    if (colon - start !== name.length) return false
    const { text } = this
    for (let i = 0; i < name.length; i++) {
      const wanted = name.charCodeAt(i)
      const found = text.charCodeAt(start + i)
      if (found !== wanted && (found + 32 !== wanted || found < 65 || found > 90)) return false
    }
    return true
  }

  // not trim(): that takes U+00A0 too, which is obs-text here
  private value(colon: number, lineEnd: number): string {
    const { text } = this
    let start = colon + 1
    let end = lineEnd
    while (start < end && isBlank(text.charCodeAt(start))) start++
    while (end > start && isBlank(text.charCodeAt(end - 1))) end--
    return text.slice(start, end)
  }
}
