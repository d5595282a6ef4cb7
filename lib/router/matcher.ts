import { NO_PARAMS, Params, type Endpoint, type Leaf } from './leaf.js'
import {
  BRANCH,
  COUNT,
  EDGES,
  ENDPOINTS,
  FIRST,
  LEAF,
  LENGTH,
  NODE_BITS,
  RARE,
  type PackedBranch,
  type PackedBranches,
  type PackedTree,
} from './packed-tree.js'
import { foldCase, holds, isPlain, isShielded, slashFrom, unshield } from './path.js'
import type { PathParams, RouteMatch } from './types.js'

const SLASH = 47
const DOT = 46

// What a search has noticed: bits of one number, so that a search begins with one write for all of them.
/** The raw path holds something that has to be decoded or checked first. */
const UNUSUAL = 1
/** The path exists under other methods. */
const REFUSED = 2

/**
 * Walks the tree of one host. At each node it tries the literal child, tested segments, the parameter and the wildcard,
 * in this order, and comes back to the next when what lies below fails or lacks the method.
 *
 * A path is walked **as it was received**: literals and slashes are compared as they are, and whatever else a pattern
 * consumes is looked at for escapes, empty segments and dots. If there are any, or if nothing is found, `unusual` tells
 * the table to clear that up and to walk the decoded path. So plain paths, nearly all, are read once.
 *
 * It keeps its state in fields: a search is synchronous and does not call foreign code.
 */
export class Matcher<T> {
  /** How far the last raw path was found to be plain. */
  checked = 0
  private text = ''
  /** The path as literals see it, where they ignore case. */
  private folded = ''
  private end = 0
  private raw = true
  private method = 0
  private noticed = 0
  private found: Set<Leaf<T>> | undefined = undefined
  /** Start and end of each value. */
  private readonly cuts: Int32Array

  /**
   * @param tree packed
   * @param values the most values that a pattern has
   * @param strict whether a trailing slash counts
   * @param fold whether literals ignore case
   */
  constructor(
    private readonly tree: PackedTree<T>,
    values: number,
    private readonly strict: boolean,
    private readonly fold: boolean,
  ) {
    this.cuts = new Int32Array(2 * values)
  }

  /** Whether the last raw path held something that has to be decoded or checked first. */
  get unusual(): boolean {
    return (this.noticed & UNUSUAL) !== 0
  }

  /** Whether the last path exists under other methods; exact only if it was not unusual. */
  get refused(): boolean {
    return (this.noticed & REFUSED) !== 0
  }

  /**
   * Finds the route of a path.
   *
   * @param path raw, or decoded and shielded
   * @param raw which of both
   * @param method the table's number of the method
   * @param hostValues what the host gave, in the order of its pattern
   * @returns the match; undefined if there is none, or none yet because a raw path is unusual
   */
  find(path: string, raw: boolean, method: number, hostValues: readonly string[]): RouteMatch<T> | undefined {
    this.read(path, raw)
    this.method = method
    const endpoint = this.unusual ? undefined : this.walk(0, 0, 0)
    if (endpoint === undefined) return undefined
    if (endpoint.match !== undefined) return endpoint.match
    const { route, names, hostNames } = endpoint
    const { cuts } = this
    const shielded = !raw && isShielded(path)
    const params = new Params()
    for (let index = 0; index < names.length; index += 1) {
      const value = path.slice(cuts[2 * index], cuts[2 * index + 1])
      params[names[index]!] = shielded ? unshield(value) : value
    }
    return { route, params, hostParams: hostNames.length === 0 ? NO_PARAMS : named(hostNames, hostValues) }
  }

  /**
   * Collects what a path has under any method.
   *
   * @param path decoded and shielded
   * @param found receives the leaves
   */
  collect(path: string, found: Set<Leaf<T>>): void {
    this.read(path, false)
    this.found = found
    this.walk(0, 0, 0)
    this.found = undefined
  }

  private read(path: string, raw: boolean): void {
    const { length } = path
    this.text = path
    if (this.fold) this.folded = foldCase(path)
    this.raw = raw
    this.checked = 1
    this.noticed = 0
    this.end = length
    if (path.charCodeAt(length - 1) !== SLASH || this.strict || length === 1) return
    this.end = length - 1
    if (path.charCodeAt(length - 2) === SLASH) this.noticed = UNUSUAL
  }

  private walk(node: number, at: number, values: number): Endpoint<T> | undefined {
    const { end, tree } = this
    const { nodes, edges, texts } = tree
    const key = this.fold ? this.folded : this.text
    for (;;) {
      if (at === end) return this.finish(node, values)
      const unit = key.charCodeAt(at)
      const index = unit - nodes[node + FIRST]!
      let child = 0
      if (index >= 0 && index < nodes[node + COUNT]!) child = edges[nodes[node + EDGES]! + index]!
      else if (nodes[node + RARE] !== 0) child = tree.child(node, unit)
      const branch = nodes[node + BRANCH]!
      if (child !== 0) {
        const next = at + nodes[child + LENGTH]!
        if (next === at + 1 || (next <= end && key.slice(at, next) === texts[child >> NODE_BITS])) {
          if (branch === 0) {
            node = child
            at = next
            continue
          }
          const found = this.walk(child, next, values)
          if (found !== undefined) return found
        }
      }
      if (at > this.checked) this.checked = at
      if (branch === 0) return undefined
      const segmentEnd = this.segmentEnd(at)
      if (this.unusual) return undefined
      if (branch < 0) return this.tryAll(tree.branches[-branch]!, at, segmentEnd, values)
      this.cut(values, at, segmentEnd)
      node = branch
      at = segmentEnd
      values += 1
    }
  }

  private tryAll(
    { tested, param, wildcard }: PackedBranches<T>,
    at: number,
    end: number,
    values: number,
  ): Endpoint<T> | undefined {
    if (tested !== undefined) {
      const found = this.tryTested(tested, at, end, values)
      if (found !== undefined) return found
    }
    if (param !== 0) {
      this.cut(values, at, end)
      const found = this.walk(param, end, values + 1)
      if (found !== undefined) return found
    }
    return wildcard === undefined ? undefined : this.rest(wildcard, at, values)
  }

  private tryTested(
    branches: readonly PackedBranch<T>[],
    at: number,
    end: number,
    values: number,
  ): Endpoint<T> | undefined {
    const { text, cuts } = this
    const key = this.fold ? this.folded : text
    for (const { mixed, constraint, node, values: own } of branches) {
      if (mixed === undefined) this.cut(values, at, end)
      const fits =
        mixed === undefined
          ? constraint!.test(text, at, end)
          : mixed.match(key, text, at, end, cuts, 2 * values)
      if (!fits) continue
      const found = this.walk(node, end, values + own)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** Finds the end of a segment that is not literal, and notices what a plain segment does not hold. */
  private segmentEnd(from: number): number {
    const { text, raw } = this
    const at = slashFrom(text, from, this.end)
    const isDotted = at - from <= 2 && text.charCodeAt(from) === DOT
    if (at === from || (raw && (isDotted || isOdd(text, from, at)))) this.noticed |= UNUSUAL
    return at
  }

  private finish(node: number, values: number): Endpoint<T> | undefined {
    const { end, text, tree } = this
    const { nodes } = tree
    const leaf = nodes[node + LEAF]!
    if (leaf !== 0) {
      const endpoint =
        this.found === undefined ? tree.endpoints[nodes[node + ENDPOINTS]! + this.method] : undefined
      if (endpoint !== undefined) return endpoint
      this.refuse(tree.leaves[leaf]!)
    }
    // the wildcard after a slash that ends the path: in lenient tables that slash was not walked over
    const below = end < text.length ? tree.child(node, SLASH) : 0
    const branch = nodes[(below !== 0 && nodes[below + LENGTH] === 1 ? below : node) + BRANCH]!
    const wildcard = branch < 0 ? tree.branches[-branch]!.wildcard : undefined
    if (wildcard !== undefined) {
      const found = this.rest(wildcard, text.length, values)
      if (found !== undefined) return found
    }
    const bare = tree.rares[nodes[node + RARE]!]?.bareWildcard
    return bare === undefined ? undefined : this.rest(bare, text.length, values)
  }

  /** Gives a wildcard the text from here on, a trailing slash included; both cuts, for its two names. */
  private rest(wildcard: Leaf<T>, from: number, values: number): Endpoint<T> | undefined {
    const endpoint = this.found === undefined ? wildcard.byMethod[this.method] : undefined
    if (endpoint === undefined) {
      this.refuse(wildcard)
      return undefined
    }
    const { length } = this.text
    if (this.raw && !isPlain(this.text, from)) {
      this.noticed |= UNUSUAL
      return undefined
    }
    for (let index = values; index < endpoint.names.length; index += 1) this.cut(index, from, length)
    return endpoint
  }

  /** Remembers a leaf that has the path, not the method. */
  private refuse(leaf: Leaf<T>): void {
    this.noticed |= REFUSED
    this.found?.add(leaf)
  }

  private cut(value: number, start: number, end: number): void {
    this.cuts[2 * value] = start
    this.cuts[2 * value + 1] = end
  }
}

function isOdd(text: string, from: number, end: number): boolean {
  return holds(text, '%', from, end) || holds(text, '\\', from, end) || holds(text, '\0', from, end)
}

function named(names: readonly string[], values: readonly string[]): PathParams {
  const params = new Params()
  names.forEach((name, index) => {
    params[name] = values[index]!
  })
  return params
}
