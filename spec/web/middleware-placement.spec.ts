import { createRouteTable, RequestMethod } from 'corbel'
import { compilePlacement } from '../../lib/web/middleware-placement.js'
import { joinPaths } from '../../lib/web/endpoints.js'
import { middlewareOf, type PlacedMiddleware } from '../../lib/web/middleware-run.js'
import type { RouteInfo } from '../../lib/web/route-info.js'

const place = (
  included: (string | RouteInfo)[],
  excluded: (string | RouteInfo)[] = [],
  caseSensitive = true,
) => {
  const info = (one: string | RouteInfo): RouteInfo => (typeof one === 'string' ? { path: one } : one)
  return compilePlacement(included.map(info), excluded.map(info), {
    origin: 'spec',
    caseSensitive,
    pathsOf: ({ path }) => [joinPaths(path)],
  })
}

describe('what boot can tell about a middleware and a route', () => {
  it.each<[string, string, boolean | undefined]>([
    ['*', '/cats/:id', true],
    ['{*path}', '/', true],
    ['cats', '/cats', true],
    ['cats', '/cats/:id', false],
    ['cats', '/dogs', false],
    ['cats/:id', '/cats/:other', true],
    ['cats/:id', '/cats/mine', true],
    ['cats/mine', '/cats/:id', undefined],
    ['cats/mine/toys', '/cats/:id/food', false],
    ['cats/*', '/cats/:id', true],
    ['cats/*', '/cats/:id/toys/:toy', true],
    ['cats/*', '/dogs/:id', false],
    ['cats/*', '/cats/:id?', undefined],
    ['cats/*', '/*', undefined],
    ['cats/:id(\\d+)', '/cats/:id', undefined],
    ['cats/:id(\\d+)', '/cats/:id(\\d+)', true],
    ['cats/:id(\\d+)', '/cats/7', true],
    ['cats/:id(\\d+)', '/cats/seven', false],
    [':a-:b', '/:c', undefined],
    ['CATS', '/cats', false],
  ])('%s over %s: %s', (pattern, route, answer) => {
    expect(place([pattern]).covers('GET', route)).toBe(answer)
  })

  it.each<[string | number, string, boolean | undefined]>([
    ['GET', 'GET', true],
    ['GET', 'HEAD', true],
    ['GET', 'POST', false],
    ['HEAD', 'GET', undefined],
    ['GET', '*', undefined],
    ['ALL', '*', true],
    [RequestMethod.ALL, 'POST', true],
    [RequestMethod.POST, 'POST', true],
  ])('method %s over %s: %s', (method, route, answer) => {
    expect(place([{ path: 'cats', method }]).covers(route, '/cats')).toBe(answer)
  })

  it('exclusions take away what they cover', () => {
    expect(place(['*'], ['cats']).covers('GET', '/cats')).toBe(false)
    expect(place(['*'], ['cats']).covers('GET', '/dogs')).toBe(true)
    expect(place(['*'], ['cats/mine']).covers('GET', '/cats/:id')).toBe(undefined)
    expect(place(['*'], [{ path: 'cats', method: 'POST' }]).covers('GET', '/cats')).toBe(true)
    expect(place(['CATS'], [], false).covers('GET', '/cats')).toBe(true)
  })

  it('never differs from what the request itself would tell', () => {
    const patterns =
      '/ /a /b /a/b /:x /:x/b /a/:x /:x/:y /a/* /* /{*all} /a/{*rest} /A /a{/*rest} /a/:x? /:x(\\d+) /a/:x(\\d+) /a/:x/c /a/b/:y /:x.json /a/:x-:y /(.*)'.split(
        ' ',
      )
    const texts = ['', 'a', 'b', '1', 'A', 'a.json', '1-2', 'c', '%61', 'a%2Fb']
    const paths = texts.flatMap((one) => [
      `/${one}`,
      `/${one}/`,
      ...texts.flatMap((two) => [
        `/${one}/${two}`,
        `//${one}//${two}/`,
        `/${one}/${two}/c`,
        `/${one}/${two}/b`,
      ]),
    ])
    let decided = 0
    for (const caseSensitive of [true, false]) {
      for (const strict of [true, false]) {
        for (const route of patterns) {
          const table = createRouteTable([{ method: 'GET', pattern: route, origin: 'spec', value: 1 }], {
            caseSensitive,
            strict,
          })
          const served = paths.filter((path) => table.match('GET', path).route !== undefined)
          for (const pattern of patterns) {
            const placement = place([pattern], [], caseSensitive)
            const answer = placement.covers('GET', route)
            if (answer === undefined) continue
            decided += 1
            const wrong = served.filter((path) => placement.matches('GET', path) !== answer)
            expect({ caseSensitive, strict, route, pattern, wrong }).toMatchObject({ wrong: [] })
          }
        }
      }
    }
    expect(decided).toBeGreaterThan(900)
  })
})

describe('the middleware of a route', () => {
  const placed = (name: string, pattern: string): PlacedMiddleware => ({
    name,
    placement: place([pattern]),
    run: () => undefined,
    pass: undefined,
  })

  it('keeps its order; only what depends on the request is compared with it', () => {
    const list = [
      placed('all', '*'),
      placed('other', 'dogs'),
      placed('mine', 'cats/mine'),
      placed('id', 'cats/:id'),
    ]
    const chosen = middlewareOf(list, 'GET', ['/cats/:id'])
    expect(chosen.map(({ name, placement }) => [name, placement === undefined])).toEqual([
      ['all', true],
      ['mine', false],
      ['id', true],
    ])
  })

  it('of several paths that differ asks the request', () => {
    const [first] = middlewareOf([placed('v1', 'v1/cats')], 'GET', ['/v1/cats', '/v2/cats'])
    expect(first!.placement?.matches('GET', '/v1/cats')).toBe(true)
    expect(first!.placement?.matches('GET', '/v2/cats')).toBe(false)
    expect(middlewareOf([placed('v3', 'v3/cats')], 'GET', ['/v1/cats', '/v2/cats'])).toEqual([])
  })
})
