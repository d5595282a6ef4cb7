import type { NoRoute, PathParams, RouteDefinition, RouteMatch } from './types.js'

/** Holds parameters. A class without a prototype chain is faster than `Object.create(null)` and as safe. */
export class Params {
  [name: string]: string
}
Object.setPrototypeOf(Params.prototype, null)
Reflect.deleteProperty(Params.prototype, 'constructor')

/** The parameters of what has none. */
export const NO_PARAMS: PathParams = Object.freeze(new Params())

/** A route at the place in the tree where its path ends. */
export interface Endpoint<T> {
  readonly route: RouteDefinition<T>
  /** Names of the values cut on the way here, in order. */
  readonly names: readonly string[]
  /** Names of the values that the host gives, in order. */
  readonly hostNames: readonly string[]
  /** The answer, made once, if neither path nor host has a parameter. */
  readonly match: RouteMatch<T> | undefined
}

/** The answer to paths that exist under other methods. */
export type MethodRefusal = NoRoute & { readonly reason: 'method' }

/** Everything that answers one set of paths: an endpoint a method. */
export class Leaf<T> {
  /** By the table's method numbers, with HEAD → GET → `*` resolved. Filled when the leaf is sealed. */
  byMethod: (Endpoint<T> | undefined)[] = []
  /** The answer to methods that nothing here has. Filled when the leaf is sealed. */
  refusal: MethodRefusal = refuse([])
  /** By method as declared, `*` included. */
  private readonly declared = new Map<string, Endpoint<T>>()

  /**
   * Adds a route; the first of a method stays.
   *
   * @param route its definition
   * @param names of the values that lead here
   * @param hostNames of the values that the host gives
   */
  declare(route: RouteDefinition<T>, names: readonly string[], hostNames: readonly string[]): void {
    if (this.declared.has(route.method)) return
    const fixed = names.length === 0 && hostNames.length === 0
    const match = fixed ? Object.freeze({ route, params: NO_PARAMS, hostParams: NO_PARAMS }) : undefined
    this.declared.set(route.method, { route, names, hostNames, match })
  }

  /**
   * Resolves what every method finds here.
   *
   * @param methods all methods that the table knows; the first stands for those it does not
   */
  seal(methods: readonly string[]): void {
    const { declared } = this
    const all = declared.get('*')
    this.byMethod = methods.map(
      (method) => declared.get(method) ?? (method === 'HEAD' ? declared.get('GET') : undefined) ?? all,
    )
    this.refusal = refuse(declared.keys())
  }
}

/**
 * Makes the answer for paths that exist under other methods only.
 *
 * @param methods those that the path has; HEAD is added to GET, and OPTIONS always (RFC 9110 §9.3.2, §9.3.7)
 * @returns a frozen answer, `allow` sorted (RFC 9110 §10.2.1)
 */
export function refuse(methods: Iterable<string>): MethodRefusal {
  const allow = new Set(methods)
  if (allow.has('GET')) allow.add('HEAD')
  allow.add('OPTIONS')
  return Object.freeze({ route: undefined, reason: 'method', allow: Object.freeze([...allow].sort()) })
}
