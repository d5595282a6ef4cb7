/** Inclusive ranges of UTF-16 code units. */
export type CharSet = readonly (readonly [low: number, high: number])[]

/** The syntax tree of a constraint: exactly the regular languages, so that it can become an automaton. */
export type ConstraintNode =
  | { readonly kind: 'set'; readonly set: CharSet }
  | { readonly kind: 'sequence'; readonly parts: readonly ConstraintNode[] }
  | { readonly kind: 'choice'; readonly branches: readonly ConstraintNode[] }
  | { readonly kind: 'repeat'; readonly part: ConstraintNode; readonly min: number; readonly max: number }

const MAX_LENGTH = 256
const MAX_DEPTH = 16
const MAX_REPEAT = 256
const LAST_UNIT = 0xffff
const DIGITS: CharSet = [[48, 57]]
const WORD: CharSet = [...DIGITS, [65, 90], [95, 95], [97, 122]]
// the white space and line terminators of ECMAScript, so that \s means what it means in a RegExp
const SPACE: CharSet = [
  [9, 13],
  [32, 32],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
]
const LINE_ENDS: CharSet = [
  [10, 10],
  [13, 13],
  [0x2028, 0x2029],
]
const CLASSES = new Map<string, CharSet>([
  ['d', DIGITS],
  ['D', complement(DIGITS)],
  ['w', WORD],
  ['W', complement(WORD)],
  ['s', SPACE],
  ['S', complement(SPACE)],
])
const CONTROLS = new Map([
  ['t', 9],
  ['n', 10],
  ['v', 11],
  ['f', 12],
  ['r', 13],
])

/** Says what is wrong with a constraint; the pattern parser turns it into a coded error that names the route. */
export class ConstraintSyntaxError extends Error {}

/**
 * Parses the regular part of ECMAScript's pattern syntax: characters, classes, groups, `|` and quantifiers.
 *
 * @param source text between the parentheses of `:name(…)`, at most 256 characters; it always describes the whole
 *   segment, so `^` at the start and `$` at the end change nothing
 * @returns the syntax tree
 * @throws {ConstraintSyntaxError} for look-around, back-references, `\b`, `\p`, and for what is not well-formed: an
 *   automaton cannot express the former, and a backtracking matcher is what lets a request stop the server
 */
export function parseConstraint(source: string): ConstraintNode {
  if (source.length > MAX_LENGTH)
    throw new ConstraintSyntaxError(`it is longer than ${MAX_LENGTH} characters`)
  const start = source.startsWith('^') ? 1 : 0
  const end = /(?:^|[^\\])(?:\\\\)*\$$/.test(source) ? source.length - 1 : source.length
  if (end <= start) throw new ConstraintSyntaxError('it is empty')
  const reader = new Reader(source.slice(start, end))
  const node = reader.choice(0)
  if (!reader.done()) throw new ConstraintSyntaxError('a ) has no (')
  return node
}

class Reader {
  private at = 0

  constructor(private readonly source: string) {}

  done(): boolean {
    return this.at >= this.source.length
  }

  choice(depth: number): ConstraintNode {
    if (depth > MAX_DEPTH)
      throw new ConstraintSyntaxError(`its groups are nested more than ${MAX_DEPTH} deep`)
    const branches = [this.sequence(depth)]
    while (this.take('|')) branches.push(this.sequence(depth))
    return branches.length === 1 ? branches[0]! : { kind: 'choice', branches }
  }

  private sequence(depth: number): ConstraintNode {
    const parts: ConstraintNode[] = []
    while (!this.done() && this.peek() !== '|' && this.peek() !== ')') parts.push(this.quantified(depth))
    return parts.length === 1 ? parts[0]! : { kind: 'sequence', parts }
  }

  private quantified(depth: number): ConstraintNode {
    const part = this.atom(depth)
    const bounds = this.quantifier()
    if (bounds === undefined) return part
    this.take('?') // lazy and greedy accept the same texts
    if (this.quantifier() !== undefined) throw new ConstraintSyntaxError('two quantifiers follow each other')
    return { kind: 'repeat', part, ...bounds }
  }

  private quantifier(): { min: number; max: number } | undefined {
    if (this.take('*')) return { min: 0, max: Infinity }
    if (this.take('+')) return { min: 1, max: Infinity }
    if (this.take('?')) return { min: 0, max: 1 }
    const counts = /^\{(\d{1,5})(?:(,)(\d{0,5}))?\}/.exec(this.source.slice(this.at))
    if (counts === null) return undefined
    this.at += counts[0].length
    const min = Number(counts[1])
    const max = counts[2] === undefined ? min : counts[3] === '' ? Infinity : Number(counts[3])
    if (min > MAX_REPEAT || (max !== Infinity && max > MAX_REPEAT)) {
      throw new ConstraintSyntaxError(`${counts[0]} counts further than ${MAX_REPEAT}`)
    }
    if (max < min) throw new ConstraintSyntaxError(`${counts[0]} has its bounds the wrong way round`)
    return { min, max }
  }

  private atom(depth: number): ConstraintNode {
    const character = this.next()
    if (character === '(') return this.group(depth)
    if (character === '[') return { kind: 'set', set: this.characterClass() }
    if (character === '.') return { kind: 'set', set: complement(LINE_ENDS) }
    if (character === '\\') return { kind: 'set', set: this.escape() }
    if ('*+?{'.includes(character)) throw new ConstraintSyntaxError(`${character} has nothing to repeat`)
    if (character === '^' || character === '$') {
      throw new ConstraintSyntaxError(
        `${character} stands inside it, where it could never match; escape it if it is text`,
      )
    }
    return { kind: 'set', set: single(character) }
  }

  private group(depth: number): ConstraintNode {
    if (this.take('?') && !this.take(':')) {
      throw new ConstraintSyntaxError('look-around and named groups are not supported; only (…) and (?:…)')
    }
    const node = this.choice(depth + 1)
    if (!this.take(')')) throw new ConstraintSyntaxError('a ( is not closed')
    return node
  }

  private characterClass(): CharSet {
    const negated = this.take('^')
    const set: (readonly [number, number])[] = []
    while (!this.take(']')) {
      const low = this.classMember()
      const isRange = this.peek() === '-' && this.source[this.at + 1] !== ']' && low.length === 1
      if (!isRange || low[0]![0] !== low[0]![1]) {
        set.push(...low)
        continue
      }
      this.at += 1
      const high = this.classMember()
      if (high.length !== 1 || high[0]![0] !== high[0]![1] || high[0]![0] < low[0]![0]) {
        throw new ConstraintSyntaxError('a range in […] does not go from one character up to another')
      }
      set.push([low[0]![0], high[0]![0]])
    }
    if (set.length === 0) throw new ConstraintSyntaxError('[] matches nothing')
    return negated ? complement(set) : set
  }

  private classMember(): CharSet {
    const character = this.next()
    return character === '\\' ? this.escape() : single(character)
  }

  private escape(): CharSet {
    const character = this.next()
    const known = CLASSES.get(character)
    if (known !== undefined) return known
    const control = CONTROLS.get(character)
    if (control !== undefined) return [[control, control]]
    const code = /^(?:x([0-9a-f]{2})|u([0-9a-f]{4}))/i.exec(this.source.slice(this.at - 1))
    if (code !== null) {
      this.at += code[0].length - 1
      const unit = Number.parseInt(code[1] ?? code[2]!, 16)
      return [[unit, unit]]
    }
    if (/[0-9A-Za-z]/.test(character)) throw new ConstraintSyntaxError(`\\${character} is not supported`)
    return single(character)
  }

  private peek(): string | undefined {
    return this.source[this.at]
  }

  private take(character: string): boolean {
    if (this.source[this.at] !== character) return false
    this.at += 1
    return true
  }

  private next(): string {
    const character = this.source[this.at]
    if (character === undefined) throw new ConstraintSyntaxError('it ends too early')
    this.at += 1
    return character
  }
}

function single(character: string): CharSet {
  const unit = character.charCodeAt(0)
  return [[unit, unit]]
}

function complement(set: CharSet): CharSet {
  const result: [number, number][] = []
  let from = 0
  for (const [low, high] of [...set].sort((a, b) => a[0] - b[0])) {
    if (low > from) result.push([from, low - 1])
    from = Math.max(from, high + 1)
  }
  if (from <= LAST_UNIT) result.push([from, LAST_UNIT])
  return result
}
