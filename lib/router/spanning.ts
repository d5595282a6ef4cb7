import type { Constraint } from './constraint.js'
import { Leaf, NO_PARAMS, Params, type Endpoint } from './leaf.js'
import type { ParsedRoute } from './parsed-route.js'
import { isAlone, isLiteral, UNNAMED, type ParsedPattern } from './pattern.js'
import { foldCase, isUnsafeSegment, shield, unshield } from './path.js'
import type { RouteMatch } from './types.js'

/** A part of a pattern: text, a parameter inside a segment, or a wildcard that goes over slashes. */
type Token =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'param'; readonly constraint: Constraint | undefined }
  | { readonly kind: 'wildcard'; readonly min: 0 | 1 }

type Variant = Pick<ParsedPattern, 'segments' | 'wildcard' | 'trailingSlash'>

/** Longer paths have no such route: matching takes time and memory by length of path times parts of pattern. */
const MAX_LENGTH = 4_096
/** Longest value of a parameter with a constraint. */
const MAX_CONSTRAINED = 255
const SLASH = 47

/**
 * The route patterns of one host whose wildcard has something behind it (`/ab{*rest}cd`). No tree can hold
 * them, so they are tried one by one; tables without them never come here. Each try is linear in the path: what can
 * match from where is filled in from the end, so that nothing is tried twice.
 */
export class SpanningRoutes<T> {
  private readonly patterns: readonly SpanningPattern<T>[]

  /**
   * @param routes whose patterns have a wildcard before their end
   * @param methods all methods that the table knows
   * @param fold whether literals ignore case
   * @param strict whether a trailing slash counts
   */
  constructor(
    routes: readonly ParsedRoute<T>[],
    methods: readonly string[],
    private readonly fold: boolean,
    strict: boolean,
  ) {
    const byShape = new Map<string, SpanningPattern<T>>()
    for (const route of routes) {
      for (const variant of variantsOf(route.pattern)) {
        const pattern = new SpanningPattern<T>(variant, fold, strict)
        const known = byShape.get(pattern.shape) ?? pattern
        byShape.set(pattern.shape, known)
        known.leaf.declare(route.route, pattern.names, route.hostNames)
      }
    }
    this.patterns = [...byShape.values()].sort((a, b) => compareRanks(b.ranks, a.ranks))
    for (const { leaf } of this.patterns) leaf.seal(methods)
  }

  /**
   * Finds the route of a path.
   *
   * @param path decoded and shielded
   * @param method the table's number of the method
   * @param hostValues what the host gave, in the order of its pattern
   * @param ranks of the pattern that the tree has found; a less specific one does not count
   */
  find(
    path: string,
    method: number,
    hostValues: readonly string[],
    ranks: readonly number[] | undefined,
  ): RouteMatch<T> | undefined {
    const key = this.fold ? foldCase(path) : path
    for (const pattern of this.patterns) {
      if (ranks !== undefined && compareRanks(pattern.ranks, ranks) <= 0) return undefined
      const endpoint = pattern.leaf.byMethod[method]
      const values = endpoint === undefined ? undefined : pattern.match(path, key)
      if (values !== undefined) return matchOf(endpoint!, values, hostValues)
    }
    return undefined
  }

  /** Collects what a path has under any method. */
  collect(path: string, found: Set<Leaf<T>>): void {
    const key = this.fold ? foldCase(path) : path
    for (const pattern of this.patterns) if (pattern.match(path, key) !== undefined) found.add(pattern.leaf)
  }
}

class SpanningPattern<T> {
  readonly leaf = new Leaf<T>()
  readonly names: readonly string[]
  readonly ranks: readonly number[]
  /** Equal for patterns that match the same. */
  readonly shape: string
  private readonly tokens: readonly Token[]

  constructor(
    { segments, wildcard, trailingSlash }: Variant,
    fold: boolean,
    private readonly strict: boolean,
  ) {
    const tokens: Token[] = []
    const names: string[] = []
    const text = (more: string): void => {
      const last = tokens.at(-1)
      if (more === '') return
      if (last?.kind === 'text') tokens[tokens.length - 1] = { kind: 'text', text: last.text + more }
      else tokens.push({ kind: 'text', text: more })
    }
    for (const segment of segments) {
      text('/')
      segment.texts.forEach((literal, index) => {
        text(shield(fold ? foldCase(literal) : literal))
        const param = segment.params[index]
        if (param === undefined) return
        names.push(param.name)
        if (param.spans === undefined) tokens.push({ kind: 'param', constraint: param.constraint })
        else tokens.push({ kind: 'wildcard', min: param.spans === 'some' ? 1 : 0 })
      })
    }
    if (wildcard !== undefined) {
      text('/')
      tokens.push({ kind: 'wildcard', min: 0 })
      names.push(wildcard.name)
    } else if (strict && trailingSlash) text('/')
    let unnamed = 0
    // as routers number what has no name
    this.names = names.map((name) => (name === UNNAMED ? String(unnamed++) : name))
    this.tokens = tokens
    this.ranks = ranksOf({ segments, wildcard })
    this.shape = JSON.stringify(
      tokens.map((token) => (token.kind === 'param' ? { in: token.constraint?.source ?? '' } : token)),
    )
  }

  /** The values in order; of several cuts the one with the shortest first value counts, then the second, and so on. */
  match(path: string, pathKey: string): readonly string[] | undefined {
    // a wildcard at the end takes the slash that ends the path; elsewhere it counts in strict tables only
    const takesAll = this.strict || this.tokens.at(-1)!.kind === 'wildcard' || !path.endsWith('/')
    const text = takesAll ? path : path.slice(0, -1)
    const key = takesAll ? pathKey : pathKey.slice(0, -1)
    if (text.length > MAX_LENGTH || !this.mayMatch(key)) return undefined
    const possible = this.possible(text, key)
    if (possible[0] === 0) return undefined
    const width = text.length + 1
    const values: string[] = []
    let at = 0
    for (const [index, token] of this.tokens.entries()) {
      if (token.kind === 'text') {
        at += token.text.length
        continue
      }
      const start = at
      at += token.kind === 'wildcard' ? token.min : 1
      while (possible[(index + 1) * width + at] === 0 || !fits(token, text, start, at)) at += 1
      const value = unshield(text.slice(start, at))
      if (isUnsafeSegment(value)) return undefined
      values.push(value)
    }
    return values
  }

  /** The cheap part first: the text at either end. */
  private mayMatch(key: string): boolean {
    const [first] = this.tokens
    const last = this.tokens.at(-1)
    return (
      (first?.kind !== 'text' || key.startsWith(first.text)) &&
      (last?.kind !== 'text' || key.endsWith(last.text))
    )
  }

  /** One row a token, one column a place: 1 where the rest of the pattern matches the rest of the path. */
  private possible(text: string, key: string): Uint8Array {
    const { tokens } = this
    const width = text.length + 1
    const table = new Uint8Array((tokens.length + 1) * width)
    table[table.length - 1] = 1
    for (let index = tokens.length - 1; index >= 0; index -= 1) {
      const row = table.subarray(index * width, (index + 1) * width)
      const next = table.subarray((index + 1) * width, (index + 2) * width)
      for (let at = text.length; at >= 0; at -= 1)
        if (mayBegin(tokens[index]!, text, key, at, row, next)) row[at] = 1
    }
    return table
  }
}

/** Whether a token may begin at a place, by what is known of the places behind it, for itself and for the next token. */
function mayBegin(
  token: Token,
  text: string,
  key: string,
  at: number,
  row: Uint8Array,
  next: Uint8Array,
): boolean {
  if (token.kind === 'text') return next[at + token.text.length] === 1 && key.startsWith(token.text, at)
  if (token.kind === 'wildcard') return next[at + token.min] === 1 || row[at + 1] === 1
  if (at >= text.length || text.charCodeAt(at) === SLASH) return false
  if (token.constraint === undefined) return next[at + 1] === 1 || row[at + 1] === 1
  let state = token.constraint.start
  const last = Math.min(text.length, at + MAX_CONSTRAINED)
  for (let end = at; end < last && text.charCodeAt(end) !== SLASH; end += 1) {
    state = token.constraint.step(state, text.charCodeAt(end))
    if (state < 0) return false
    if (token.constraint.accepts(state) && next[end + 1] === 1) return true
  }
  return false
}

function fits(token: Token, text: string, start: number, end: number): boolean {
  return token.kind !== 'param' || token.constraint === undefined || token.constraint.test(text, start, end)
}

/**
 * How specific each segment of a pattern is: text before text with parameters, constrained ones, parameters, wildcards.
 *
 * @param pattern parsed
 */
export function ranksOf({
  segments,
  wildcard,
}: Pick<ParsedPattern, 'segments' | 'wildcard'>): readonly number[] {
  const ranks = segments.map((segment) => {
    if (isLiteral(segment)) return 5
    if (segment.params.some((param) => param.spans !== undefined)) return isAlone(segment) ? 0 : 3
    if (!isAlone(segment)) return 4
    return segment.params[0]!.constraint === undefined ? 1 : 2
  })
  return wildcard === undefined ? ranks : [...ranks, -1]
}

/** Positive if the first is more specific. */
function compareRanks(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = (a[index] ?? -2) - (b[index] ?? -2)
    if (difference !== 0) return difference
  }
  return 0
}

/** Where a path may end, as patterns without optional parts. */
function* variantsOf({ segments, ends, wildcard, trailingSlash }: ParsedPattern): Generator<Variant> {
  for (const end of ends) yield { segments: segments.slice(0, end), wildcard: undefined, trailingSlash }
  if (wildcard === undefined) return
  yield { segments, wildcard, trailingSlash }
  if (wildcard.optional) yield { segments, wildcard: undefined, trailingSlash }
}

function matchOf<T>(
  { route, names, hostNames }: Endpoint<T>,
  values: readonly string[],
  hostValues: readonly string[],
): RouteMatch<T> {
  const params = new Params()
  values.forEach((value, index) => (params[names[index]!] = value))
  // one without a name has the two names that it has at the end of a path
  if (names.includes('0') && !names.includes('1')) params[UNNAMED] = params['0']!
  if (hostNames.length === 0) return { route, params, hostParams: NO_PARAMS }
  const hostParams = new Params()
  hostNames.forEach((name, index) => (hostParams[name] = hostValues[index]!))
  return { route, params, hostParams }
}
