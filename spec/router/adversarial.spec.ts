import { createRouteTable, type RouteTable } from 'corbel/router'
import { growth } from '../support/growth.js'
import { isDoneWithin } from '../support/within.js'

const tableOf = (patterns: readonly string[], method = 'GET') =>
  createRouteTable(patterns.map((pattern) => ({ method, pattern, origin: pattern, value: 1 })))

/** How often one character of a text is looked at to match a path; native searches in it do not count. */
function looks(table: RouteTable<unknown>, path: string): number {
  const look = vi.spyOn(String.prototype, 'charCodeAt')
  try {
    table.match('GET', path)
    return look.mock.calls.length
  } finally {
    look.mockRestore()
  }
}

describe('hostile paths', () => {
  // every level offers a literal, a mixed segment, a constraint, a parameter and a wildcard that all fit
  const alternatives = ['a-a', ':x-:y', ':n([a-]+)', ':p']
  const patterns = (depth: number): string[] =>
    depth === 0
      ? ['']
      : patterns(depth - 1).flatMap((prefix) => alternatives.map((segment) => `${prefix}/${segment}`))

  it.each([4, 6])(
    'visit each node of the tree at most once, however many ways there are: %i levels',
    (depth) => {
      const renamed = patterns(depth).map((pattern) => {
        let count = 0
        return `${pattern.replace(/:[a-z]/g, () => `:v${count++}`)}/end`
      })
      const nodes = (4 ** (depth + 1) - 1) / 3
      // as many ways as routes into a failure at the last segment
      const found = looks(tableOf(renamed), `${'/a-a'.repeat(depth)}/nowhere`)
      expect(found).toBeGreaterThan(nodes)
      expect(found).toBeLessThan(3 * nodes)
    },
  )

  it.each([
    [8, 500],
    [64, 500],
    [64, 4_000],
  ])('do not multiply the %i levels of a single chain by their own %i segments', (depth, segments) => {
    const chain = Array.from({ length: depth }, (_, index) => `/:a${index}`)
    const table = tableOf(
      chain.flatMap((_, index) => ['/a/x', '/*rest'].map((end) => chain.slice(0, index).join('') + end)),
      'POST',
    )
    const path = '/a'.repeat(segments)
    expect(table.match('GET', path)).toMatchObject({ reason: 'method' })
    const found = looks(table, path)
    expect(found).toBeGreaterThan(path.length)
    expect(found).toBeLessThan(2 * path.length + 8 * depth)
  })

  it.each([
    ['slashes', (size: number) => '/'.repeat(size)],
    ['segments', (size: number) => '/a'.repeat(size / 2)],
    ['escapes', (size: number) => `/${'%61'.repeat(size / 3)}`],
    ['escaped segments', (size: number) => '/%61'.repeat(size / 4)],
    ['dots', (size: number) => `/${'...'.repeat(size / 3)}`],
    ['backslashes', (size: number) => `/${'\\'.repeat(size)}`],
    ['half a cut', (size: number) => `/${'a-'.repeat(size / 2)}`],
  ])('of many %s cost linear time', (_, pathOf) => {
    const table = tableOf(['/:a-:b-:c-:d.:e', '/:s([a-z-]+)-:t([a-z-]+)-:n(\\d+)', '/a/*rest', '/:x/:y'])
    // milliseconds; with time by the square of the length, an hour
    const path = pathOf(3_000_000)
    expect(isDoneWithin(30, () => table.match('GET', path))).toBe(true)
  })

  it('cannot make one constrained mixed segment expensive', () => {
    const params = Array.from({ length: 9 }, (_, index) => `:v${index}([a-]+)`)
    const table = tableOf([`/${params.join('-')}-:n(\\d+)`])
    const pathOf = (pairs: number) => `/${'a-'.repeat(pairs)}`
    // milliseconds; parts that are each tried at every place would have more than 10 ** 12 ways
    expect(
      isDoneWithin(30, () => {
        expect(table.match('GET', pathOf(125)).route).toBeUndefined()
        expect(table.match('GET', `${pathOf(125)}1`).route).toBeDefined()
      }),
    ).toBe(true)
    expect(table.match('GET', `${pathOf(200)}1`).route).toBeUndefined()
  })
})

describe('large tables', () => {
  it('are built in time that grows with their size, and nothing else', { timeout: 300_000 }, () => {
    const build = (count: number) => () =>
      tableOf(Array.from({ length: count }, (_, index) => `/r${index}/:id/items/:item`))
    // 1,000 times the routes, so a million times the work if each were compared with each

    expect(growth(build(100), build(100_000))).toBeLessThan(100_000)
  })
})
