import { HostPattern, hostLabels } from './host.js'
import { refuse, type Leaf } from './leaf.js'
import { Links } from './link.js'
import { Matcher } from './matcher.js'
import { checkRoutes, type ParsedRoute } from './parsed-route.js'
import { decodedPath, isPlain } from './path.js'
import { StraightMatcher } from './straight-matcher.js'
import { ranksOf, SpanningRoutes } from './spanning.js'
import { TreeBuilder } from './tree.js'
import type { NoRoute, RouteDefinition, RouteMatch, RouteTable, RouteTableOptions } from './types.js'

const NOT_FOUND: NoRoute = Object.freeze({ route: undefined, reason: 'not-found' })
const MALFORMED: NoRoute = Object.freeze({ route: undefined, reason: 'malformed' })
const NO_VALUES: readonly string[] = []
/** Stands for methods that no route names. */
const OTHER = 0

/**
 * Compiles routes into a table.
 *
 * @param routes in the order of declaration, which decides only between patterns that are equally specific
 * @param options how paths are compared
 * @returns the table, frozen
 * @throws {CorbelError} CORBEL_ROUTE_PATTERN, CORBEL_ROUTE_DUPLICATE or CORBEL_ROUTE_NAME
 * @throws {AggregateError} of several such errors
 */
export function createRouteTable<T>(
  routes: readonly RouteDefinition<T>[],
  options: RouteTableOptions = {},
): RouteTable<T> {
  const { parsed, errors } = checkRoutes(routes, options)
  if (errors.length > 1) throw new AggregateError(errors, errors.map((error) => error.message).join('\n'))
  if (errors.length === 1) throw errors[0]!
  return Object.freeze(new CompiledTable(parsed, options))
}

/** The routes of one host pattern, or of none. */
interface RouteSet<T> {
  readonly host: HostPattern | undefined
  /** For simple paths; undefined where literals ignore case. */
  readonly straight: StraightMatcher<T> | undefined
  readonly matcher: Matcher<T>
  /** What the tree cannot hold; undefined in nearly all tables. */
  readonly spanning: SpanningRoutes<T> | undefined
  /** This set as the only candidate. */
  readonly alone: readonly Candidate<T>[]
}

/** Routes that a request's host leads to, and the values of the host. */
interface Candidate<T> {
  readonly set: RouteSet<T>
  readonly values: readonly string[]
}

class CompiledTable<T> implements RouteTable<T> {
  private readonly routes: readonly RouteDefinition<T>[]
  private readonly links: Links<T>
  private readonly fold: boolean
  private readonly methods: ReadonlyMap<string, number>
  /** Of the last request: mostly also that of the next. Its own object, as the table is frozen. */
  private readonly last = { method: '', number: OTHER }
  private readonly anyHost: RouteSet<T>
  /** The most specific first; undefined if no route has a host, so that such tables never look at one. */
  private readonly hosts: readonly RouteSet<T>[] | undefined
  /** How specific the routes are, where that is not only the tree's to say. */
  private readonly ranks = new Map<RouteDefinition<T>, readonly number[]>()

  constructor(parsed: readonly ParsedRoute<T>[], options: RouteTableOptions) {
    this.routes = Object.freeze([...new Set(parsed.map(({ route }) => Object.freeze(route)))])
    this.links = new Links(parsed)
    this.fold = options.caseSensitive === false
    const methods = methodNames(parsed)
    this.methods = new Map(methods.map((method, number) => [method, number]))
    const groups = new Map<string, ParsedRoute<T>[]>([['', []]])
    for (const route of parsed) {
      const group = groups.get(route.hostShape)
      if (group === undefined) groups.set(route.hostShape, [route])
      else group.push(route)
    }
    const [anyHost, ...hosts] = Array.from(groups.values(), (group) =>
      this.compile(group, methods, options.strict === true),
    )
    this.anyHost = anyHost!
    this.hosts = hosts.length === 0 ? undefined : hosts.sort((a, b) => b.host!.weight - a.host!.weight)
  }

  match(method: string, path: string, host?: string): RouteMatch<T> | NoRoute {
    const number = method === this.last.method ? this.last.number : this.numberOf(method)
    if (this.hosts !== undefined && host !== undefined) return this.matchHost(this.hosts, number, path, host)
    const { anyHost } = this
    if (anyHost.spanning !== undefined) return this.decide(anyHost.alone, number, path, undefined)
    const { straight } = anyHost
    if (straight !== undefined) {
      const found = straight.find(path, number)
      if (found !== undefined) return found
      if (straight.left > 0 && isPlain(path, straight.left)) return NOT_FOUND
    }
    return (
      anyHost.matcher.find(path, true, number, NO_VALUES) ??
      this.decide(anyHost.alone, number, path, anyHost.matcher)
    )
  }

  list(): readonly RouteDefinition<T>[] {
    return this.routes
  }

  link(name: string, params: Readonly<Record<string, unknown>> = {}): string {
    return this.links.write(name, params)
  }

  private numberOf(method: string): number {
    const number = this.methods.get(method) ?? OTHER
    this.last.method = method
    this.last.number = number
    return number
  }

  private matchHost(
    hosts: readonly RouteSet<T>[],
    number: number,
    path: string,
    host: string,
  ): RouteMatch<T> | NoRoute {
    const labels = hostLabels(host)
    const candidates: Candidate<T>[] = []
    for (const set of hosts) {
      const values = set.host!.match(labels)
      if (values !== undefined) candidates.push({ set, values })
    }
    candidates.push({ set: this.anyHost, values: NO_VALUES })
    return this.decide(candidates, number, path, undefined)
  }

  /**
   * Answers what was not found at once: decodes first, so that no spelling of a path escapes its route.
   *
   * @param tried what already walked the raw path in vain
   */
  private decide(
    candidates: readonly Candidate<T>[],
    number: number,
    path: string,
    tried: Matcher<T> | undefined,
  ): RouteMatch<T> | NoRoute {
    const done = tried !== undefined && !tried.unusual && path.startsWith('/') && isPlain(path, tried.checked)
    if (done && !tried.refused) return NOT_FOUND
    const text = done ? path : decodedPath(path)
    if (text === undefined) return MALFORMED
    if (!done) {
      for (const { set, values } of candidates) {
        const found = set.matcher.find(text, false, number, values)
        const ranks = found === undefined ? undefined : this.ranks.get(found.route)
        const spanning = set.spanning?.find(text, number, values, ranks)
        if (spanning !== undefined) return spanning
        if (found !== undefined) return found
      }
    }
    if (!candidates.some(({ set }) => set.matcher.refused || set.spanning !== undefined)) return NOT_FOUND
    const leaves = new Set<Leaf<T>>()
    for (const { set } of candidates) {
      set.matcher.collect(text, leaves)
      set.spanning?.collect(text, leaves)
    }
    if (leaves.size === 0) return NOT_FOUND
    if (leaves.size === 1) for (const leaf of leaves) return leaf.refusal
    return refuse(Array.from(leaves).flatMap((leaf) => leaf.refusal.allow))
  }

  private compile(
    routes: readonly ParsedRoute<T>[],
    methods: readonly string[],
    strict: boolean,
  ): RouteSet<T> {
    const builder = new TreeBuilder<T>(this.fold, strict)
    const spanning = routes.filter(({ pattern }) => pattern.spanning)
    for (const route of routes) if (!route.pattern.spanning) builder.add(route)
    const tree = builder.seal(methods)
    if (spanning.length > 0) for (const { route, pattern } of routes) this.ranks.set(route, ranksOf(pattern))
    const host = routes[0]?.host
    const alone: Candidate<T>[] = []
    const set: RouteSet<T> = {
      host: host === undefined ? undefined : new HostPattern(host),
      straight: this.fold ? undefined : new StraightMatcher(tree, builder.values, strict),
      matcher: new Matcher(tree, builder.values, strict, this.fold),
      spanning: spanning.length === 0 ? undefined : new SpanningRoutes(spanning, methods, this.fold, strict),
      alone,
    }
    alone.push({ set, values: NO_VALUES })
    return set
  }
}

function methodNames<T>(parsed: readonly ParsedRoute<T>[]): string[] {
  const names = new Set(parsed.map(({ route }) => route.method))
  if (names.has('GET')) names.add('HEAD')
  names.delete('*')
  return ['', ...names]
}
