import { createRouteTable } from 'corbel/router'
import { growth } from '../support/growth.js'

const tableOf = (patterns: readonly string[], method = 'GET') =>
  createRouteTable(patterns.map((pattern) => ({ method, pattern, origin: pattern, value: 1 })))

describe('hostile paths', () => {
  // every level offers a literal, a mixed segment, a constraint, a parameter and a wildcard that all fit
  const alternatives = ['a-a', ':x-:y', ':n([a-]+)', ':p']
  const patterns = (depth: number): string[] =>
    depth === 0
      ? ['']
      : patterns(depth - 1).flatMap((prefix) => alternatives.map((segment) => `${prefix}/${segment}`))

  it('visit each node of the tree at most once, however many ways there are', () => {
    const failing = (depth: number) => {
      const renamed = patterns(depth).map((pattern) => {
        let count = 0
        return `${pattern.replace(/:[a-z]/g, () => `:v${count++}`)}/end`
      })
      expect(renamed).toHaveLength(4 ** depth)
      const table = tableOf(renamed)
      // as many ways as routes into a failure at the last segment
      const path = `${'/a-a'.repeat(depth)}/nowhere`
      return () => table.match('GET', path)
    }
    // 16 times the nodes
    expect(growth(failing(4), failing(6))).toBeLessThan(64)
  })

  it('do not multiply the work of a single chain by their own length', () => {
    const through = (depth: number, segments: number) => {
      const chain = Array.from({ length: depth }, (_, index) => `/:a${index}`)
      const table = tableOf(
        chain.flatMap((_, index) => ['/a/x', '/*rest'].map((end) => chain.slice(0, index).join('') + end)),
        'POST',
      )
      const path = '/a'.repeat(segments)
      expect(table.match('GET', path)).toMatchObject({ reason: 'method' })
      return () => table.match('GET', path)
    }
    // 8 times the sum, 64 times the product
    expect(growth(through(8, 500), through(64, 4_000))).toBeLessThan(30)
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
    const [small, large] = [pathOf(2_000), pathOf(16_000)]
    expect(
      growth(
        () => table.match('GET', small),
        () => table.match('GET', large),
      ),
    ).toBeLessThan(30)
  })

  it('cannot make one constrained mixed segment expensive', () => {
    const table = tableOf(['/:a([a-]+)-:b([a-]+)-:c([a-]+)-:d([a-]+)-:e([a-]+)-:f(\\d+)'])
    const pathOf = (pairs: number) => `/${'a-'.repeat(pairs)}`
    expect(table.match('GET', pathOf(125)).route).toBeUndefined()
    expect(table.match('GET', `${pathOf(125)}1`).route).toBeDefined()
    expect(table.match('GET', `${pathOf(200)}1`).route).toBeUndefined()
    // 5 times the length: 25 times as much; parts that are each tried at every place would cost 5 ** 5 times as much
    const [small, large] = [pathOf(25), pathOf(125)]
    expect(
      growth(
        () => table.match('GET', small),
        () => table.match('GET', large),
      ),
    ).toBeLessThan(125)
  })
})

describe('large tables', () => {
  it('are built in time that grows with their size, and nothing else', () => {
    const build = (count: number) => () =>
      tableOf(Array.from({ length: count }, (_, index) => `/r${index}/:id/items/:item`))
    expect(growth(build(500), build(4_000))).toBeLessThan(40)
  })
})
