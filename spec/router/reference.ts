/**
 * A second, naive matcher: every pattern is tried on every path, segment by segment, and the best rank wins. It shares
 * no code with the router and knows only the small pattern language that the properties generate.
 */
export function naiveMatch(
  routes: readonly NaiveRoute[],
  method: string,
  path: string,
  options: NaiveOptions = {},
  host?: string,
): { pattern: string; params: Record<string, string> } | 'not-found' | 'method' {
  const segments = path
    .split('/')
    .filter((segment) => segment !== '')
    .map(decodeURIComponent)
  const slash = path.endsWith('/')
  let isKnown = false
  // routes of the host, literal before open labels, come before those of every host
  for (const group of HOSTS) {
    if (group !== undefined && !fitsHost(group, host)) continue
    const matching = routes
      .filter((route) => route.host === group)
      .map((route) => ({ route, found: tryPattern(route.pattern, segments, slash, options) }))
      .filter((candidate) => candidate.found !== undefined)
    if (matching.length > 0) isKnown = true
    const usable = matching.filter(({ route }) => route.method === method || route.method === '*')
    // lexicographic by segment, then the method itself before every method
    usable.sort((a, b) => compare(b.found!.ranks, a.found!.ranks) || (a.route.method === '*' ? 1 : -1))
    const [best] = usable
    if (best !== undefined) return { pattern: best.route.pattern, params: best.found!.params }
  }
  return isKnown ? 'method' : 'not-found'
}

/** The hosts that the properties generate, the most specific first. */
export const HOSTS = ['a.test', ':t.test', undefined] as const

interface NaiveRoute {
  readonly method: string
  readonly pattern: string
  readonly host?: string
}

interface NaiveOptions {
  readonly caseSensitive?: boolean
  readonly strict?: boolean
}

interface Found {
  readonly ranks: readonly number[]
  readonly params: Record<string, string>
}

const [END, LITERAL, MIXED, CONSTRAINED, PARAM, REST, BARE] = [7, 6, 5, 4, 3, 2, 1]

function fitsHost(pattern: string, host: string | undefined): boolean {
  return pattern === host || (pattern.startsWith(':') && /^[^.]+\.test$/.test(host ?? ''))
}

function tryPattern(
  pattern: string,
  segments: readonly string[],
  slash: boolean,
  options: NaiveOptions,
): Found | undefined {
  const parts = pattern
    .replace(/\{\/([^{}]*)\}/g, '/$1?')
    .split('/')
    .filter((part) => part !== '')
  const ranks: number[] = []
  const params: Record<string, string> = {}
  // the end of a path without segments is always a slash
  const endFits = options.strict !== true || segments.length === 0 || slash === pattern.endsWith('/')
  const end = (): Found | undefined => (endFits ? { ranks: [...ranks, END], params } : undefined)
  for (const [index, part] of parts.entries()) {
    const segment = segments[index]
    if (part.startsWith('*')) {
      const isBare = segment === undefined && !slash
      if (isBare && !part.endsWith('?')) return undefined
      params[part.replace('?', '').slice(1)] =
        segments.slice(index).join('/') + (slash && segments.length > index ? '/' : '')
      return { ranks: [...ranks, isBare ? BARE : REST], params }
    }
    if (segment === undefined) return part.endsWith('?') ? end() : undefined
    const rank = trySegment(part.replace('?', ''), segment, params, options)
    if (rank === undefined) return undefined
    ranks.push(rank)
  }
  return segments.length === parts.length ? end() : undefined
}

function trySegment(
  part: string,
  segment: string,
  params: Record<string, string>,
  { caseSensitive = true }: NaiveOptions,
): number | undefined {
  const mixed = /^:(\w+)-:(\w+)$/.exec(part)
  if (mixed !== null) {
    const values = /^(.+?)-(.+)$/s.exec(segment)
    if (values === null) return undefined
    params[mixed[1]!] = values[1]!
    params[mixed[2]!] = values[2]!
    return MIXED
  }
  const constrained = /^:(\w+)\((.+)\)$/.exec(part)
  if (constrained !== null) {
    if (!new RegExp(`^(?:${constrained[2]})$`, caseSensitive ? '' : 'i').test(segment)) return undefined
    params[constrained[1]!] = segment
    return CONSTRAINED
  }
  if (part.startsWith(':')) {
    params[part.slice(1)] = segment
    return PARAM
  }
  const fold = (text: string): string => (caseSensitive ? text : text.toLowerCase())
  return fold(decodeURIComponent(part)) === fold(segment) ? LITERAL : undefined
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
