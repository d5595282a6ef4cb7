const NAME = /[\p{ID_Start}_$][\p{ID_Continue}$]*/uy
const WILDCARD = /\*([\p{ID_Start}_$][\p{ID_Continue}$]*)?|\{\*([\p{ID_Start}_$][\p{ID_Continue}$]*)?\}/uy
const LEGACY_WILDCARD = /(?::([\p{ID_Start}_$][\p{ID_Continue}$]*))?\(\.\*\)/uy

/** Reads a pattern character by character; knows the lexical rules: names, escapes and balanced parentheses. */
export class PatternReader {
  private at = 0

  /**
   * @param source the pattern
   * @param fail makes the error that says what is wrong with it
   */
  constructor(
    private readonly source: string,
    readonly fail: (problem: string) => Error,
  ) {}

  /** Tells whether everything was read. */
  done(): boolean {
    return this.at >= this.source.length
  }

  /** Looks at a character, by default the next, without reading it. */
  peek(ahead = 0): string | undefined {
    return this.source[this.at + ahead]
  }

  /** Tells whether a text comes next, without reading it. */
  startsWith(text: string): boolean {
    return this.source.startsWith(text, this.at)
  }

  /** Reads a character if it comes next. */
  take(character: string): boolean {
    if (this.source[this.at] !== character) return false
    this.at += 1
    return true
  }

  /** Tells whether the text ends as a host with a port does. */
  endsWithPort(): boolean {
    return /:\d+$/.test(this.source)
  }

  /** Reads an identifier if one comes next. */
  name(): string | undefined {
    return this.match(NAME)?.[0]
  }

  /** Where it has come to. Can be set back. */
  get position(): number {
    return this.at
  }

  set position(value: number) {
    this.at = value
  }

  /**
   * Reads a wildcard: `*`, `*name`, `{*name}`; or `(.*)`, `:name(.*)`, as routers based on regular expressions write it.
   *
   * @returns its name, `*` without one, and whether it may be empty inside a pattern; undefined if something else comes
   */
  wildcard(): { readonly name: string; readonly spans: 'any' | 'some' } | undefined {
    const match = this.match(WILDCARD)
    if (match !== null)
      return { name: match[1] ?? match[2] ?? '*', spans: match[1] === undefined ? 'any' : 'some' }
    const legacy = this.match(LEGACY_WILDCARD)
    return legacy === null ? undefined : { name: legacy[1] ?? '*', spans: 'any' }
  }

  /**
   * Reads `(…)` if it comes next.
   *
   * @returns the text between the parentheses
   * @throws what `fail` makes, if they are unbalanced
   */
  constraint(): string | undefined {
    if (this.peek() !== '(') return undefined
    const start = this.at + 1
    let depth = 0
    let inClass = false
    for (; !this.done(); this.at += 1) {
      const character = this.source[this.at]
      if (character === '\\') this.at += 1
      else if (inClass) inClass = character !== ']'
      else if (character === '[') inClass = true
      else if (character === '(') depth += 1
      else if (character === ')' && --depth === 0) {
        this.at += 1
        return this.source.slice(start, this.at - 1)
      }
    }
    throw this.fail('a ( is not closed')
  }

  /**
   * Reads one character of literal text.
   *
   * @returns the character; what follows a backslash stands for itself
   * @throws what `fail` makes, for characters that mean something elsewhere in a pattern
   */
  literal(): string {
    const character = this.source[this.at]!
    this.at += 1
    switch (character) {
      case '\\': {
        if (this.done()) throw this.fail('it ends with a \\ that escapes nothing')
        this.at += 1
        // an escape of a URL must not begin here: \% is a percent sign
        const escaped = this.source[this.at - 1]!
        return escaped === '%' ? '%25' : escaped
      }
      case '(':
        throw this.fail('a constraint needs a parameter before it, as in :name(\\d+); write \\( for the text')
      case ')':
      case '}':
        throw this.fail(
          `a ${character} has no ${character === ')' ? '(' : '{'}; write \\${character} for the text`,
        )
      case '{':
        throw this.fail(
          'a { is not closed, or holds nothing; braces hold what is optional, as in /users{/:id} or /:name{.:format}',
        )
      case '*':
        throw this.fail('a host has no wildcards; write :name for a label')
      default:
        return character
    }
  }

  private match(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.at
    const match = expression.exec(this.source)
    if (match !== null) this.at += match[0].length
    return match
  }
}
