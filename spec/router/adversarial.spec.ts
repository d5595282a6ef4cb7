import { createRouteTable } from 'corbel/router'

function time(action: () => void): number {
  const start = performance.now()
  action()
  return performance.now() - start
}

describe('hostile paths', () => {
  // every level offers a literal, a mixed segment, a constraint, a parameter and a wildcard that all fit
  const alternatives = ['a-a', ':x-:y', ':n([a-]+)', ':p']
  const patterns = (depth: number): string[] =>
    depth === 0
      ? ['']
      : patterns(depth - 1).flatMap((prefix) => alternatives.map((segment) => `${prefix}/${segment}`))

  it('visit each node of the tree at most once, however many ways there are', () => {
    const renamed = patterns(6).map((pattern) => {
      let count = 0
      return pattern.replace(/:[a-z]/g, () => `:v${count++}`)
    })
    expect(renamed).toHaveLength(4_096)
    const table = createRouteTable(
      renamed.map((pattern) => ({ method: 'GET', pattern: `${pattern}/end`, origin: pattern, value: 1 })),
    )
    // 4,096 ways into a failure at the last segment: linear in the table, a few milliseconds at most
    const path = `${'/a-a'.repeat(6)}/nowhere`
    table.match('GET', path)
    expect(time(() => table.match('GET', path))).toBeLessThan(100)
  })

  it('do not multiply the work of a single chain by their own length', () => {
    const depth = 60
    const chain = Array.from({ length: depth }, (_, index) => `/:a${index}`)
    const table = createRouteTable(
      chain.flatMap((_, index) => {
        const prefix = chain.slice(0, index).join('')
        return ['/a/x', '/*rest'].map((end) => ({
          method: 'POST',
          pattern: prefix + end,
          origin: prefix + end,
          value: 1,
        }))
      }),
    )
    const path = '/a'.repeat(4_000)
    table.match('GET', path)
    expect(time(() => expect(table.match('GET', path)).toMatchObject({ reason: 'method' }))).toBeLessThan(50)
  })

  it.each([
    ['slashes', '/'.repeat(16_000)],
    ['segments', '/a'.repeat(8_000)],
    ['escapes', `/${'%61'.repeat(5_000)}`],
    ['escaped segments', '/%61'.repeat(4_000)],
    ['dots', `/${'...'.repeat(5_000)}`],
    ['backslashes', `/${'\\'.repeat(16_000)}`],
    ['half a cut', `/${'a-'.repeat(8_000)}`],
  ])('of many %s cost linear time', (_, path) => {
    const table = createRouteTable(
      ['/:a-:b-:c-:d.:e', '/:s([a-z-]+)-:t([a-z-]+)-:n(\\d+)', '/a/*rest', '/:x/:y'].map((pattern) => ({
        method: 'GET',
        pattern,
        origin: pattern,
        value: 1,
      })),
    )
    table.match('GET', path)
    expect(time(() => table.match('GET', path))).toBeLessThan(50)
  })

  it('cannot make one constrained mixed segment expensive', () => {
    const pattern = '/:a([a-]+)-:b([a-]+)-:c([a-]+)-:d([a-]+)-:e([a-]+)-:f(\\d+)'
    const table = createRouteTable([{ method: 'GET', pattern, origin: 'x', value: 1 }])
    const path = `/${'a-'.repeat(125)}`
    table.match('GET', path)
    expect(time(() => expect(table.match('GET', path).route).toBeUndefined())).toBeLessThan(50)
    expect(table.match('GET', `${path}1`).route).toBeDefined()
    expect(table.match('GET', `/${'a-'.repeat(200)}1`).route).toBeUndefined()
  })
})

describe('large tables', () => {
  it('are built in time that grows with their size, and nothing else', () => {
    const build = (count: number) =>
      time(() =>
        createRouteTable(
          Array.from({ length: count }, (_, index) => ({
            method: 'GET',
            pattern: `/r${index}/:id/items/:item`,
            origin: `C${index}`,
            value: index,
          })),
        ),
      )
    build(2_000)
    const [small, large] = [build(2_000), build(20_000)]
    expect(large).toBeLessThan(Math.max(60, small) * 40)
  })
})
