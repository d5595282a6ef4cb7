import type { Leaf } from './leaf.js'
import { foldCase } from './path.js'
import type { RouteMatch } from './types.js'

const FILTER_SIZE = 1_024

/**
 * The routes of one method whose path has no parameter: found by the raw path as a whole, with an answer made at boot.
 */
export class StaticRoutes<T> {
  private readonly matches = new Map<string, RouteMatch<T>>()
  /** Marks which lengths and last characters occur: spares most other paths the hash of a lookup in vain. */
  private readonly filter = new Uint8Array(FILTER_SIZE)

  /**
   * @param leaves by path, folded if case is ignored
   * @param method the table's number of the method
   * @param fold whether case is ignored
   */
  constructor(
    leaves: ReadonlyMap<string, Leaf<T>>,
    method: number,
    private readonly fold: boolean,
  ) {
    for (const [path, leaf] of leaves) {
      const match = leaf.byMethod[method]?.match
      if (match === undefined) continue
      this.matches.set(path, match)
      this.filter[slot(path)] = 1
    }
  }

  /**
   * Finds a route.
   *
   * @param path as received
   * @returns the answer; undefined if the path is none of these or is spelled in another way
   */
  get(path: string): RouteMatch<T> | undefined {
    const key = this.fold ? foldCase(path) : path
    return this.filter[slot(key)] === 1 ? this.matches.get(key) : undefined
  }
}

function slot(path: string): number {
  const { length } = path
  return (length * 37 + path.charCodeAt(length - 1)) & (FILTER_SIZE - 1)
}
