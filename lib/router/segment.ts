import { foldCase, isUnsafeSegment, shield, unshield } from './path.js'
import type { PatternSegment } from './pattern.js'

// With constraints a mixed segment may have to try several cuts: quadratic in its length, hence the bound. File names
// and the like are shorter.
const MAX_CONSTRAINED = 255

/**
 * Matches a segment that has text and parameters mixed, such as `:from-:to` or `file.:ext`. Every parameter takes at
 * least one character; of several cuts the one with the shortest first parameter counts, then the second, and so on.
 */
export class MixedSegment {
  private readonly texts: readonly string[]
  private readonly constrained: boolean
  /** Number of values that it gives. */
  readonly values: number
  /** Number of literal characters, then of constraints: what is more specific is tried first. */
  readonly weight: number

  constructor(
    private readonly segment: PatternSegment,
    fold: boolean,
  ) {
    this.texts = segment.texts.map((text) => shield(fold ? foldCase(text) : text))
    const constraints = segment.params.filter((param) => param.constraint !== undefined).length
    this.values = segment.params.length
    this.constrained = constraints > 0
    this.weight = this.texts.join('').length * 1_000 + constraints
  }

  /**
   * Matches a segment of a path.
   *
   * @param key the path as literals see it
   * @param text the path as parameters see it
   * @param start index of the segment's first character
   * @param end index after its last character
   * @param cuts receives start and end of each parameter
   * @param at index in `cuts` to write from
   * @returns whether it matched
   */
  match(key: string, text: string, start: number, end: number, cuts: Int32Array, at: number): boolean {
    const { texts } = this
    const first = texts[0]!
    const last = texts[texts.length - 1]!
    const from = start + first.length
    const to = end - last.length
    if (from >= to || !key.startsWith(first, start) || !key.startsWith(last, to)) return false
    if (!this.constrained) return this.matchTexts(key, from, to, cuts, at) && this.isSafe(text, cuts, at)
    if (end - start > MAX_CONSTRAINED) return false
    const state = { key, text, start: from, to, cuts, at, failed: new Set<number>() }
    return this.matchParam(0, from, state) && this.isSafe(text, cuts, at)
  }

  /** A segment that holds no dot segment may yet be cut into values that are one. */
  private isSafe(text: string, cuts: Int32Array, at: number): boolean {
    for (let index = at; index < at + 2 * this.values; index += 2) {
      if (isUnsafeSegment(unshield(text.slice(cuts[index], cuts[index + 1])))) return false
    }
    return true
  }

  /** Without constraints the leftmost place of each text is always right: no second try is needed. */
  private matchTexts(key: string, from: number, to: number, cuts: Int32Array, at: number): boolean {
    const last = this.texts.length - 1
    for (let index = 1; index < last; index += 1) {
      const text = this.texts[index]!
      const found = key.indexOf(text, from + 1)
      if (found < 0 || found + text.length >= to) return false
      cuts[at++] = from
      cuts[at++] = found
      from = found + text.length
    }
    cuts[at] = from
    cuts[at + 1] = to
    return true
  }

  private matchParam(index: number, from: number, state: ConstrainedMatch): boolean {
    // what failed once from a place fails always: each (parameter, place) is tried once
    const place = index * (MAX_CONSTRAINED + 1) + from - state.start
    if (state.failed.has(place)) return false
    const { constraint } = this.segment.params[index]!
    const next = this.texts[index + 1]!
    const isLast = index === this.segment.params.length - 1
    let automaton = constraint?.start ?? 0
    for (let end = from + 1; end <= state.to; end += 1) {
      if (constraint !== undefined) {
        automaton = constraint.step(automaton, state.text.charCodeAt(end - 1))
        if (automaton < 0) break
        if (!constraint.accepts(automaton)) continue
      }
      const fits = isLast
        ? end === state.to
        : state.key.startsWith(next, end) && this.matchParam(index + 1, end + next.length, state)
      if (!fits) continue
      state.cuts[state.at + 2 * index] = from
      state.cuts[state.at + 2 * index + 1] = end
      return true
    }
    state.failed.add(place)
    return false
  }
}

interface ConstrainedMatch {
  readonly key: string
  readonly text: string
  readonly start: number
  readonly to: number
  readonly cuts: Int32Array
  readonly at: number
  readonly failed: Set<number>
}
