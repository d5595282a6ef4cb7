/**
 * A second, naive matcher: every pattern is tried on every path, segment by segment, and the best rank wins. It shares
 * no code with the router and knows only the small pattern language that the properties generate.
 */
export function naiveMatch(
  routes: readonly { method: string; pattern: string }[],
  method: string,
  path: string,
): { pattern: string; params: Record<string, string> } | 'not-found' | 'method' {
  const segments = path
    .split('/')
    .filter((segment) => segment !== '')
    .map(decodeURIComponent)
  const slash = path.endsWith('/')
  const matching = routes
    .map((route) => ({ route, found: tryPattern(route.pattern, segments, slash) }))
    .filter((candidate) => candidate.found !== undefined)
  if (matching.length === 0) return 'not-found'
  const usable = matching.filter(({ route }) => route.method === method || route.method === '*')
  if (usable.length === 0) return 'method'
  // lexicographic by segment, then the method itself before every method
  usable.sort((a, b) => compare(b.found!.ranks, a.found!.ranks) || (a.route.method === '*' ? 1 : -1))
  const best = usable[0]!
  return { pattern: best.route.pattern, params: best.found!.params }
}

interface Found {
  readonly ranks: readonly number[]
  readonly params: Record<string, string>
}

const [END, LITERAL, MIXED, CONSTRAINED, PARAM, REST] = [6, 5, 4, 3, 2, 1]

function tryPattern(pattern: string, segments: readonly string[], slash: boolean): Found | undefined {
  const parts = pattern.split('/').filter((part) => part !== '')
  const ranks: number[] = []
  const params: Record<string, string> = {}
  for (const [index, part] of parts.entries()) {
    const segment = segments[index]
    if (part.startsWith('*')) {
      if (segment === undefined && !slash) return undefined
      params[part.slice(1)] = segments.slice(index).join('/') + (slash && segments.length > index ? '/' : '')
      return { ranks: [...ranks, REST], params }
    }
    if (segment === undefined) return part.endsWith('?') ? { ranks: [...ranks, END], params } : undefined
    const rank = trySegment(part.replace('?', ''), segment, params)
    if (rank === undefined) return undefined
    ranks.push(rank)
  }
  return segments.length === parts.length ? { ranks: [...ranks, END], params } : undefined
}

function trySegment(part: string, segment: string, params: Record<string, string>): number | undefined {
  const mixed = /^:(\w+)-:(\w+)$/.exec(part)
  if (mixed !== null) {
    const values = /^(.+?)-(.+)$/s.exec(segment)
    if (values === null) return undefined
    params[mixed[1]!] = values[1]!
    params[mixed[2]!] = values[2]!
    return MIXED
  }
  const constrained = /^:(\w+)\(\\d\+\)$/.exec(part)
  if (constrained !== null) {
    if (!/^\d+$/.test(segment)) return undefined
    params[constrained[1]!] = segment
    return CONSTRAINED
  }
  if (part.startsWith(':')) {
    params[part.slice(1)] = segment
    return PARAM
  }
  return decodeURIComponent(part) === segment ? LITERAL : undefined
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
