import type { Constraint } from './constraint.js'
import { compileConstraint } from './constraint.js'
import { RoutePatternInvalid } from './errors.js'
import { expandOptionals } from './optional-groups.js'
import { PatternReader } from './pattern-reader.js'
import { isUnsafeSegment } from './path.js'

/** A parameter of a pattern. */
export interface PatternParam {
  readonly name: string
  readonly constraint: Constraint | undefined
  /** Set for a wildcard with something behind it: it goes over slashes, and takes any or at least some text. */
  readonly spans?: 'any' | 'some'
}

/**
 * One segment of a pattern: `texts[0] params[0] texts[1] params[1] … texts[n]`. A literal has one text and no
 * parameter; a plain parameter has two empty texts.
 */
export interface PatternSegment {
  readonly texts: readonly string[]
  readonly params: readonly PatternParam[]
}

/** The wildcard that ends a pattern. */
export interface PatternWildcard {
  readonly name: string
  /** `{/*name}`: matches without its slash, too. */
  readonly optional: boolean
}

/** A parsed path pattern. */
export interface ParsedPattern {
  readonly segments: readonly PatternSegment[]
  /** Numbers of segments after which a path may end, ascending: several if there are optional parts. */
  readonly ends: readonly number[]
  readonly wildcard: PatternWildcard | undefined
  readonly trailingSlash: boolean
  /** True if a wildcard stands somewhere before the end, so that the segments are not those of a path. */
  readonly spanning: boolean
}

/** Names of hosts come in ASCII: others are sent as `xn--…` (RFC 5891). */
const NOT_IN_LABEL = /[^\w-]/u

/** The name under which the text of an unnamed wildcard is found. */
export const UNNAMED = '*'

/**
 * Parses a path pattern.
 *
 * @param pattern see `RouteDefinition.pattern`
 * @param origin who declared it, for messages
 * @param caseSensitive passed on to constraints
 * @returns its parts, literals decoded; several if optional parts stand elsewhere than at the end
 * @throws {CorbelError} CORBEL_ROUTE_PATTERN, saying what is wrong and what to write instead
 */
export function parsePattern(
  pattern: string,
  origin: string,
  caseSensitive: boolean,
): readonly ParsedPattern[] {
  const fail = (problem: string): Error => new RoutePatternInvalid({ pattern, origin, problem })
  return expandOptionals(pattern, fail).map((one) => {
    const parser = new PatternParser(new PatternReader(one, fail), caseSensitive)
    parser.path()
    return parser.finish()
  })
}

/**
 * Parses a host pattern: labels separated by dots, each literal or with parameters.
 *
 * @param pattern `api.example.com`, `:tenant.example.com`
 * @param origin who declared it, for messages
 * @returns one segment a label; literals in lower case, since host names ignore case (RFC 9110 §4.2.3)
 * @throws {CorbelError} CORBEL_ROUTE_PATTERN
 */
export function parseHostPattern(pattern: string, origin: string): readonly PatternSegment[] {
  const reader = new PatternReader(
    pattern,
    (problem) => new RoutePatternInvalid({ pattern, origin, problem }),
  )
  const parser = new PatternParser(reader, false)
  return parser.host()
}

class PatternParser {
  private readonly segments: PatternSegment[] = []
  private readonly ends = new Set<number>()
  private wildcard: PatternWildcard | undefined
  private trailingSlash = false

  constructor(
    private readonly reader: PatternReader,
    private readonly caseSensitive: boolean,
  ) {}

  path(): void {
    const { reader } = this
    let first = true
    while (!reader.done()) {
      if (reader.startsWith('{/')) this.optionalGroup()
      else if (reader.take('/') || first) this.segmentAfterSlash(false)
      else throw reader.fail('a } is followed by text; put the text into a segment of its own')
      first = false
    }
  }

  host(): readonly PatternSegment[] {
    const { reader } = this
    if (reader.endsWithPort()) throw reader.fail('ports are not compared; leave the port out')
    do {
      const segment = this.segment('.', false)
      if (isLiteral(segment) && segment.texts[0] === '') throw reader.fail('a label is empty')
      const odd = NOT_IN_LABEL.exec(segment.texts.join(''))?.[0]
      if (odd !== undefined)
        throw reader.fail(
          `"${odd}" stands in no host name; write labels as they are sent: letters, digits, - and _`,
        )
      this.segments.push(segment)
    } while (reader.take('.'))
    if (!reader.done())
      throw reader.fail(`${reader.peek()} cannot stand in a host; write labels, :name and dots`)
    this.refuseRepeatedNames()
    return this.segments
  }

  finish(): ParsedPattern {
    this.refuseRepeatedNames()
    const { segments, wildcard, trailingSlash } = this
    if (wildcard === undefined) this.ends.add(segments.length)
    const ends = [...this.ends].sort((a, b) => a - b)
    const spanning = segments.some(({ params }) => params.some(({ spans }) => spans !== undefined))
    return { segments, ends, wildcard, trailingSlash: trailingSlash && segments.length > 0, spanning }
  }

  private optionalGroup(): void {
    const { reader } = this
    reader.take('{')
    const before = this.segments.length
    for (;;) {
      if (reader.startsWith('{/')) this.optionalGroup()
      else if (reader.take('/')) this.segmentAfterSlash(true)
      else break
    }
    if (!reader.take('}')) throw reader.fail('a { is not closed')
    if (this.segments.length > before) this.ends.add(before)
    else if (this.wildcard === undefined) throw reader.fail('a pair of braces is empty')
  }

  /** Reads what follows a slash: a wildcard, a segment, or nothing. */
  private segmentAfterSlash(inGroup: boolean): void {
    const { reader } = this
    while (reader.take('/')); // repeated slashes are one, as in paths
    if (reader.done() || reader.startsWith('{/') || (inGroup && reader.peek() === '}')) {
      this.trailingSlash = reader.done()
      return
    }
    if (this.wildcard !== undefined) throw reader.fail('a wildcard must come last')
    if (this.readWildcard(inGroup)) return
    const before = this.segments.length
    const segment = this.segment('/', inGroup)
    const optional = reader.take('?')
    if (optional && (!isPlainParam(segment) || !['/', undefined].includes(reader.peek()))) {
      throw reader.fail('only a whole segment can be optional, as in /:name?')
    }
    if (optional) this.ends.add(before)
    else if (this.ends.size > 0 && !inGroup) {
      throw reader.fail('an optional part must come last; declare two paths instead')
    }
    this.segments.push(segment)
  }

  /** Reads the wildcard that ends the pattern, if this is one. */
  private readWildcard(inGroup: boolean): boolean {
    const { reader } = this
    const start = reader.position
    const found = reader.wildcard()
    if (found === undefined) return false
    const next = reader.peek()
    if (reader.startsWith('{/'))
      throw reader.fail('a wildcard takes what is optional after it, too; leave that out')
    if (next !== undefined && !(inGroup && next === '}')) {
      // something follows: it is a part of a segment like a parameter
      reader.position = start
      return false
    }
    if (this.ends.size > 0 && !inGroup)
      throw reader.fail('a wildcard after an optional part must be {/*name}')
    this.wildcard = { name: found.name, optional: inGroup }
    return true
  }

  private segment(separator: '/' | '.', inGroup: boolean): PatternSegment {
    const { reader } = this
    const texts = ['']
    const params: PatternParam[] = []
    for (let next = reader.peek(); next !== undefined && next !== separator; next = reader.peek()) {
      if (next === '?' || reader.startsWith('{/') || (inGroup && next === '}')) break
      const wildcard = separator === '/' ? reader.wildcard() : undefined
      if (wildcard !== undefined || next === ':') {
        if (params.length > 0 && texts.at(-1) === '') {
          throw reader.fail(
            'two parameters follow each other with nothing between that could tell them apart',
          )
        }
        if (wildcard === undefined) params.push(this.param(separator))
        else params.push({ ...wildcard, constraint: undefined })
        texts.push('')
      } else {
        texts[texts.length - 1] += reader.literal()
      }
    }
    if (reader.peek() === '?' && params.length === 0)
      throw reader.fail('? makes nothing optional here; write \\? for the text')
    const decode =
      separator === '/' ? (text: string) => this.decoded(text) : (text: string) => text.toLowerCase()
    const segment = { texts: texts.map(decode), params }
    if (isLiteral(segment) && separator === '/' && isUnsafeSegment(segment.texts[0]!)) {
      throw reader.fail('paths with . or .. as a segment are refused, so it could never match')
    }
    return segment
  }

  private param(separator: '/' | '.'): PatternParam {
    const { reader } = this
    reader.take(':')
    const name = reader.name()
    if (name === undefined) throw reader.fail('a parameter has no name; write \\: for a colon as text')
    const source = reader.constraint()
    if (reader.peek() === '*' || (reader.peek() === '+' && (reader.peek(1) ?? separator) === separator)) {
      throw reader.fail(`:${name}${reader.peek()} is not supported; write *${name} for the rest of the path`)
    }
    if (source === undefined) return { name, constraint: undefined }
    try {
      return { name, constraint: compileConstraint(source, this.caseSensitive) }
    } catch (error) {
      throw reader.fail(`the constraint (${source}) of :${name} cannot be used: ${reason(error)}`)
    }
  }

  /** Patterns are written like URLs: an escape stands for its character. */
  private decoded(text: string): string {
    try {
      return text.includes('%') ? decodeURIComponent(text) : text
    } catch {
      throw this.reader.fail(
        'a % is not followed by the hexadecimal digits of a UTF-8 character; write %25 for a percent sign',
      )
    }
  }

  private refuseRepeatedNames(): void {
    const names = this.segments.flatMap((segment) => segment.params.map((param) => param.name))
    if (this.wildcard !== undefined) names.push(this.wildcard.name)
    const repeated = names.find((name, index) => name !== UNNAMED && names.indexOf(name) !== index)
    if (repeated !== undefined)
      throw this.reader.fail(`it has two parameters named "${repeated}"; rename one`)
  }
}

/** Tells whether a segment is text only. */
export function isLiteral(segment: PatternSegment): boolean {
  return segment.params.length === 0
}

/** Tells whether a segment is one parameter or one wildcard, and nothing else. */
export function isAlone(segment: PatternSegment): boolean {
  return segment.params.length === 1 && segment.texts[0] === '' && segment.texts[1] === ''
}

/** Tells whether a segment is one parameter and nothing else. */
export function isPlainParam(segment: PatternSegment): boolean {
  return isAlone(segment) && segment.params[0]!.spans === undefined
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
