import {
  ConstraintSyntaxError,
  parseConstraint,
  type CharSet,
  type ConstraintNode,
} from './constraint-syntax.js'
import { unshieldUnit } from './path.js'

const MAX_NFA_STATES = 2_000
const MAX_DFA_STATES = 500
const DEAD = -1

/**
 * A compiled constraint: a deterministic automaton. It looks at each character once and never goes back, so that no
 * constraint and no request can make matching slow; that is why nested quantifiers are allowed here.
 */
export class Constraint {
  /** The state before the first character. */
  readonly start = 0

  constructor(
    /** As written; two constraints are the same if this is. */
    readonly source: string,
    private readonly classes: CharacterClasses,
    private readonly transitions: Int16Array,
    private readonly accepting: Uint8Array,
  ) {}

  /**
   * Follows one character.
   *
   * @param state where the automaton is
   * @param unit a UTF-16 code unit
   * @returns the next state, or a negative number if no continuation can match
   */
  step(state: number, unit: number): number {
    return this.transitions[state * this.classes.count + this.classes.of(unit)]!
  }

  /**
   * Tells whether the text may end here.
   *
   * @param state where the automaton is
   * @returns true if what was read so far meets the constraint
   */
  accepts(state: number): boolean {
    return this.accepting[state] === 1
  }

  /**
   * Tests a part of a text.
   *
   * @param text holds the value
   * @param start index of the value's first character
   * @param end index after its last character
   * @returns true if the value as a whole meets the constraint
   */
  test(text: string, start: number, end: number): boolean {
    let state = this.start
    for (let at = start; at < end; at += 1) {
      state = this.step(state, text.charCodeAt(at))
      if (state < 0) return false
    }
    return this.accepts(state)
  }
}

/**
 * Compiles the constraint of a parameter.
 *
 * @param source the regular part of ECMAScript's pattern syntax, about the whole value
 * @param caseSensitive whether ASCII letters match in one case only
 * @returns the automaton
 * @throws {ConstraintSyntaxError} if it is malformed, not regular, or too large as an automaton
 */
export function compileConstraint(source: string, caseSensitive: boolean): Constraint {
  const nfa = new Nfa(caseSensitive)
  const final = nfa.add(parseConstraint(source), nfa.state())
  const classes = new CharacterClasses(nfa.arcs.flatMap((arcs) => arcs.flatMap(([set]) => set)))
  const ids = new Map<string, number>()
  const sets: number[][] = []
  const rows: number[][] = []
  const idOf = (set: number[]): number => {
    if (set.length === 0) return DEAD
    const key = set.join()
    let id = ids.get(key)
    if (id === undefined) {
      id = sets.push(set) - 1
      if (id >= MAX_DFA_STATES) throw new ConstraintSyntaxError('it is too complex; write a simpler one')
      ids.set(key, id)
    }
    return id
  }
  idOf(nfa.closure([0]))
  for (let id = 0; id < sets.length; id += 1) {
    rows.push(classes.samples.map((unit) => idOf(nfa.closure(nfa.targets(sets[id]!, unit)))))
  }
  const accepting = Uint8Array.from(sets, (set) => (set.includes(final) ? 1 : 0))
  return new Constraint(source, classes, Int16Array.from(rows.flat()), accepting)
}

/** The nondeterministic automaton on the way from the syntax tree (Thompson's construction). */
class Nfa {
  readonly arcs: [CharSet, number][][] = []
  private readonly silent: number[][] = []

  constructor(private readonly caseSensitive: boolean) {}

  state(): number {
    this.silent.push([])
    const id = this.arcs.push([]) - 1
    if (id >= MAX_NFA_STATES) throw new ConstraintSyntaxError('it is too large; count less')
    return id
  }

  /** Adds a node after a state and returns the state after it. */
  add(node: ConstraintNode, from: number): number {
    switch (node.kind) {
      case 'set': {
        const to = this.state()
        this.arcs[from]!.push([this.caseSensitive ? node.set : bothCases(node.set), to])
        return to
      }
      case 'sequence':
        return node.parts.reduce((state, part) => this.add(part, state), from)
      case 'choice': {
        const to = this.state()
        for (const branch of node.branches) {
          const start = this.state()
          this.silent[from]!.push(start)
          this.silent[this.add(branch, start)]!.push(to)
        }
        return to
      }
      default:
        return this.repeat(node.part, node.min, node.max, from)
    }
  }

  private repeat(part: ConstraintNode, min: number, max: number, from: number): number {
    let state = from
    for (let count = 0; count < min; count += 1) state = this.add(part, state)
    if (max === Infinity) {
      const loop = this.state()
      this.silent[state]!.push(loop)
      this.silent[this.add(part, loop)]!.push(loop)
      const to = this.state()
      this.silent[loop]!.push(to)
      return to
    }
    const to = this.state()
    for (let count = min; count < max; count += 1) {
      this.silent[state]!.push(to)
      state = this.add(part, state)
    }
    this.silent[state]!.push(to)
    return to
  }

  closure(states: readonly number[]): number[] {
    const seen = new Set(states)
    for (const state of seen) for (const next of this.silent[state]!) seen.add(next)
    return [...seen].sort((a, b) => a - b)
  }

  targets(states: readonly number[], unit: number): number[] {
    const found: number[] = []
    for (const state of states) {
      for (const [set, to] of this.arcs[state]!) {
        if (set.some(([low, high]) => low <= unit && unit <= high)) found.push(to)
      }
    }
    return found
  }
}

/** Code units that no range of a constraint tells apart share a class, which keeps the transition table small. */
class CharacterClasses {
  readonly count: number
  /** One code unit of each class. */
  readonly samples: readonly number[]
  private readonly ascii: Uint16Array

  constructor(ranges: CharSet) {
    const starts = new Set([0])
    for (const [low, high] of ranges) starts.add(low).add(high + 1)
    starts.delete(0x10000)
    this.samples = [...starts].sort((a, b) => a - b)
    this.count = this.samples.length
    this.ascii = Uint16Array.from({ length: 128 }, (_, unit) => this.search(unit))
  }

  of(unit: number): number {
    return unit < 128 ? this.ascii[unit]! : this.search(unshieldUnit(unit))
  }

  private search(unit: number): number {
    let low = 0
    let high = this.samples.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.samples[middle]! <= unit) low = middle
      else high = middle - 1
    }
    return low
  }
}

function bothCases(set: CharSet): CharSet {
  const other: [number, number][] = []
  for (const [low, high] of set) {
    const [upperLow, upperHigh] = [Math.max(low, 65), Math.min(high, 90)]
    if (upperLow <= upperHigh) other.push([upperLow + 32, upperHigh + 32])
    const [lowerLow, lowerHigh] = [Math.max(low, 97), Math.min(high, 122)]
    if (lowerLow <= lowerHigh) other.push([lowerLow - 32, lowerHigh - 32])
  }
  return [...set, ...other]
}
