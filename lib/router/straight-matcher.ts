import { NO_PARAMS, Params } from './leaf.js'
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
  type PackedTree,
} from './packed-tree.js'
import { decodeValue, holds, slashFrom } from './path.js'
import type { RouteMatch } from './types.js'

const SLASH = 47
const DOT = 46
const PERCENT = 37
const BACKSLASH = 92
/** Up to this length, looking at each character of a segment is faster than native searches. */
const NEAR = 8

/**
 * Finds what nearly all requests ask for: paths that lead through the tree in one way only. It looks at each character once,
 * never back, and keeps its state in variables; whatever is not that simple it leaves to the `Matcher`.
 *
 * Escapes are accepted in a parameter that has no literal beside it: as nothing else could be meant, its value is decoded
 * where it stands.
 */
export class StraightMatcher<T> {
  /** Where the last path left the tree, so that no route has it if the rest is plain; -1 if that is not certain. */
  left = -1
  /** Start and end of each value. */
  private readonly cuts: Int32Array

  /**
   * @param tree packed; its literals do not ignore case
   * @param values the most values that a pattern has
   * @param strict whether a trailing slash counts
   */
  constructor(
    private readonly tree: PackedTree<T>,
    values: number,
    private readonly strict: boolean,
  ) {
    this.cuts = new Int32Array(2 * values)
  }

  /**
   * Finds the route of a path.
   *
   * @param path as received
   * @param method the table's number of the method
   * @returns the match; undefined if there is none, or none to be found in this way
   */
  find(path: string, method: number): RouteMatch<T> | undefined {
    const { cuts, tree } = this
    const { nodes, edges, texts } = tree
    const { length } = path
    const end = !this.strict && length > 1 && path.charCodeAt(length - 1) === SLASH ? length - 1 : length
    let escaped = false
    let values = 0
    let node = 0
    let at = 0
    this.left = -1
    while (at < end) {
      const index = path.charCodeAt(at) - nodes[node + FIRST]!
      const child = index >= 0 && index < nodes[node + COUNT]! ? edges[nodes[node + EDGES]! + index]! : 0
      const branch = nodes[node + BRANCH]!
      if (child !== 0) {
        const next = at + nodes[child + LENGTH]!
        if (next === at + 1 || (next <= end && path.slice(at, next) === texts[child >> NODE_BITS])) {
          if (branch !== 0) return undefined
          node = child
          at = next
          continue
        }
      }
      if (branch < 0 || nodes[node + RARE] !== 0) return undefined
      if (branch === 0) {
        if (!escaped) this.left = at
        return undefined
      }
      const start = at
      const near = Math.min(end, at + NEAR)
      for (; at < near; at += 1) {
        const unit = path.charCodeAt(at)
        // letters and digits first: nearly all that there is
        if (unit > SLASH && unit !== BACKSLASH) continue
        if (unit === SLASH) break
        if (unit === PERCENT && nodes[node + COUNT] === 0) escaped = true
        else if (unit === PERCENT || unit === BACKSLASH || unit === 0) return undefined
      }
      if (at === near && near < end) {
        at = slashFrom(path, near, end)
        if (holds(path, '\\', near, at) || holds(path, '\0', near, at)) return undefined
        if (holds(path, '%', near, at)) {
          if (nodes[node + COUNT] !== 0) return undefined
          escaped = true
        }
      }
      if (at === start || (at - start <= 2 && path.charCodeAt(start) === DOT)) return undefined
      cuts[values] = start
      cuts[values + 1] = at
      values += 2
      node = branch
    }
    const endpoint = nodes[node + LEAF] === 0 ? undefined : tree.endpoints[nodes[node + ENDPOINTS]! + method]
    if (endpoint === undefined || endpoint.match !== undefined) return endpoint?.match
    const { route, names } = endpoint
    const params = new Params()
    for (let value = 0; value < values; value += 2) {
      const text = path.slice(cuts[value], cuts[value + 1])
      const decoded = escaped ? decodeValue(text) : text
      if (decoded === undefined) return undefined
      params[names[value >> 1]!] = decoded
    }
    return { route, params, hostParams: NO_PARAMS }
  }
}
