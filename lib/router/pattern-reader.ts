const NAME = /[\p{ID_Start}_$][\p{ID_Continue}$]*/uy
const LEGACY_WILDCARD = /(?::([\p{ID_Start}_$][\p{ID_Continue}$]*))?\(\.\*\)(?=$|[/}])/uy

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

  /** Reads an identifier if one comes next. */
  name(): string | undefined {
    return this.match(NAME)?.[0]
  }

  /**
   * Reads `(.*)` or `:name(.*)` as a whole segment: how routers based on regular expressions write a wildcard.
   *
   * @returns its name, `*` without one; undefined if something else comes next
   */
  legacyWildcard(): string | undefined {
    const match = this.match(LEGACY_WILDCARD)
    return match === null ? undefined : (match[1] ?? '*')
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
          'braces hold whole optional segments, as in /users{/:id}, or a wildcard, as in /{*path}',
        )
      case '*':
        throw this.fail('a wildcard must be a whole segment, the last one; write \\* for the text')
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
