import { NO_PARAMS, Params, type Endpoint, type Leaf } from './leaf.js'
import { foldCase, isPlain, isShielded, unshield } from './path.js'
import type { TestedBranch, TreeNode } from './tree.js'
import type { PathParams, RouteMatch } from './types.js'

const SLASH = 47
const DOT = 46
const PERCENT = 37
const BACKSLASH = 92
/** Up to these lengths, looking at each character is faster than native comparison and search. */
const SHORT = 12
const NEAR = 6

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
  /** Whether the last raw path held something that has to be decoded or checked first. */
  unusual = false
  /** Whether the last path exists under other methods; exact only if it was not unusual. */
  refused = false
  /** How far the last raw path was found to be plain. */
  checked = 0
  private text = ''
  private key = ''
  private end = 0
  private trailing = false
  private raw = true
  private method = 0
  private found: Set<Leaf<T>> | undefined
  /** Start and end of each value. */
  private readonly cuts: Int32Array

  /**
   * @param root of the tree
   * @param values the most values that a pattern has
   * @param strict whether a trailing slash counts
   * @param fold whether literals ignore case
   */
  constructor(
    private readonly root: TreeNode<T>,
    values: number,
    private readonly strict: boolean,
    private readonly fold: boolean,
  ) {
    this.cuts = new Int32Array(2 * values)
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
    const endpoint = this.unusual ? undefined : this.walk(this.root, 0, 0)
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
    this.walk(this.root, 0, 0)
    this.found = undefined
  }

  private read(path: string, raw: boolean): void {
    const { length } = path
    this.text = path
    this.key = this.fold ? foldCase(path) : path
    this.raw = raw
    this.trailing = path.charCodeAt(length - 1) === SLASH
    this.end = this.trailing && !this.strict && length > 1 ? length - 1 : length
    this.unusual = this.end < length && path.charCodeAt(length - 2) === SLASH
    this.refused = false
    this.checked = 1
  }

  private walk(start: TreeNode<T>, from: number, values: number): Endpoint<T> | undefined {
    const { key, end } = this
    let node = start
    let at = from
    for (;;) {
      if (at === end) return this.finish(node, values)
      const child = node.child(key.charCodeAt(at))
      if (child !== undefined) {
        const { length } = child
        if (length === 1 || (at + length <= end && continues(key, at, child.text, length))) {
          if (node.branches === undefined) {
            node = child
            at += length
            continue
          }
          const found = this.walk(child, at + length, values)
          if (found !== undefined) return found
        }
      }
      if (at > this.checked) this.checked = at
      const { branches } = node
      if (branches === undefined) return undefined
      const segmentEnd = this.segmentEnd(at)
      if (this.unusual) return undefined
      if (branches.tested !== undefined) {
        const found = this.tryTested(branches.tested, at, segmentEnd, values)
        if (found !== undefined) return found
      }
      if (branches.param !== undefined) {
        this.cut(values, at, segmentEnd)
        if (branches.wildcard === undefined) {
          node = branches.param
          at = segmentEnd
          values += 1
          continue
        }
        const found = this.walk(branches.param, segmentEnd, values + 1)
        if (found !== undefined) return found
      }
      return branches.wildcard === undefined ? undefined : this.rest(branches.wildcard, at, values)
    }
  }

  private tryTested(
    branches: readonly TestedBranch<T>[],
    at: number,
    end: number,
    values: number,
  ): Endpoint<T> | undefined {
    const { key, text, cuts } = this
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
    const { key, end, raw } = this
    const near = Math.min(end, from + NEAR)
    let at = from
    for (; at < near; at += 1) {
      const unit = key.charCodeAt(at)
      if (unit === SLASH) break
      if (raw && (unit === PERCENT || unit === BACKSLASH || unit === 0)) this.unusual = true
    }
    if (at === near && near < end) at = this.distantEnd(at)
    if (at === from || (raw && at - from <= 2 && key.charCodeAt(from) === DOT)) this.unusual = true
    return at
  }

  /** The same for the rest of a long segment, such as a UUID: native searches are faster there. */
  private distantEnd(from: number): number {
    const { key, end, raw } = this
    const slash = key.indexOf('/', from)
    const at = slash < 0 || slash > end ? end : slash
    if (raw && (holds(key, '%', from, at) || holds(key, '\\', from, at) || holds(key, '\0', from, at)))
      this.unusual = true
    return at
  }

  private finish(node: TreeNode<T>, values: number): Endpoint<T> | undefined {
    const { end, trailing, strict } = this
    if (node.leaf !== undefined) {
      const endpoint = this.take(node.leaf)
      if (endpoint !== undefined) return endpoint
    }
    // the wildcard after a slash that ends the path: in lenient tables that slash was not walked over
    const below = trailing && !strict && end > 1 ? node.child(SLASH) : undefined
    const wildcard = (below?.text === '/' ? below : node).branches?.wildcard
    if (wildcard !== undefined) {
      const found = this.rest(wildcard, this.text.length, values)
      if (found !== undefined) return found
    }
    return node.bareWildcard === undefined
      ? undefined
      : this.rest(node.bareWildcard, this.text.length, values)
  }

  /** Gives a wildcard the text from here on, a trailing slash included; both cuts, for its two names. */
  private rest(wildcard: Leaf<T>, from: number, values: number): Endpoint<T> | undefined {
    const endpoint = this.take(wildcard)
    if (endpoint === undefined) return undefined
    const { length } = this.text
    if (this.raw && !isPlain(this.key, from)) {
      this.unusual = true
      return undefined
    }
    for (let index = values; index < endpoint.names.length; index += 1) this.cut(index, from, length)
    return endpoint
  }

  private take(leaf: Leaf<T>): Endpoint<T> | undefined {
    if (this.found === undefined) {
      const endpoint = leaf.byMethod[this.method]
      if (endpoint === undefined) this.refused = true
      return endpoint
    }
    this.found.add(leaf)
    return undefined
  }

  private cut(value: number, start: number, end: number): void {
    this.cuts[2 * value] = start
    this.cuts[2 * value + 1] = end
  }
}

/** Tells whether a path goes on with a text whose first character was compared. */
function continues(path: string, at: number, text: string, length: number): boolean {
  // beyond some length, comparing natively pays for cutting the string
  if (length > SHORT) return path.slice(at, at + length) === text
  let same = 1
  while (same < length && text.charCodeAt(same) === path.charCodeAt(at + same)) same += 1
  return same === length
}

function holds(path: string, character: string, from: number, to: number): boolean {
  const at = path.indexOf(character, from)
  return at >= 0 && at < to
}

function named(names: readonly string[], values: readonly string[]): PathParams {
  const params = new Params()
  names.forEach((name, index) => {
    params[name] = values[index]!
  })
  return params
}
