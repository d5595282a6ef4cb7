import { isLiteral, type PatternSegment } from './pattern.js'
import { MixedSegment } from './segment.js'

/** A compiled host pattern. */
export class HostPattern {
  private readonly labels: readonly (string | MixedSegment)[]
  /** What is more specific is tried first: fewer open labels, more literal characters, more constraints. */
  readonly weight: number

  constructor(pattern: readonly PatternSegment[]) {
    this.labels = pattern.map((label) => (isLiteral(label) ? label.texts[0]! : new MixedSegment(label, true)))
    const open = pattern.filter((label) => !isLiteral(label)).length
    const literal = pattern.reduce((sum, label) => sum + label.texts.join('').length, 0)
    const constraints = pattern
      .flatMap((label) => label.params)
      .filter((param) => param.constraint !== undefined)
    this.weight = literal * 10 + constraints.length - open * 10_000
  }

  /**
   * Matches a host.
   *
   * @param labels of the host, in lower case
   * @returns the values of its parameters in order, or undefined
   */
  match(labels: readonly string[]): readonly string[] | undefined {
    if (labels.length !== this.labels.length) return undefined
    const values: string[] = []
    for (let index = 0; index < labels.length; index += 1) {
      const expected = this.labels[index]!
      const label = labels[index]!
      if (typeof expected === 'string') {
        if (expected !== label) return undefined
        continue
      }
      const cuts = new Int32Array(2 * expected.values)
      if (!expected.match(label, label, 0, label.length, cuts, 0)) return undefined
      for (let at = 0; at < cuts.length; at += 2) values.push(label.slice(cuts[at], cuts[at + 1]))
    }
    return values
  }
}

/**
 * Takes a host apart.
 *
 * @param authority host of a request, perhaps with a port (RFC 9110 §7.2); an IPv6 address is one label
 * @returns its labels in lower case; the dot that ends a fully qualified name is dropped
 */
export function hostLabels(authority: string): readonly string[] {
  const host = authority.toLowerCase()
  if (host.startsWith('[')) return [host.slice(0, host.indexOf(']') + 1)]
  const port = host.indexOf(':')
  const name = port < 0 ? host : host.slice(0, port)
  return (name.endsWith('.') ? name.slice(0, -1) : name).split('.')
}
