import {
  createRouteTable,
  findRouteErrors,
  normalisePath,
  type RouteDefinition,
  type RouteTableOptions,
} from 'corbel/router'
import { HOSTS, naiveMatch } from './reference.js'
import { matched } from './routes.js'
import { fc } from '../support/properties.js'

// few words, so that paths and patterns meet often; shared prefixes, so that nodes split
const word = fc.constantFrom('a', 'ab', 'abc', 'b', 'B', '1', '12', 'a-b', '1-', 'é', 'É', '%')
const segment = fc.oneof(
  { weight: 4, arbitrary: word.map((text) => text.replace('%', '%25')) },
  { weight: 3, arbitrary: fc.constant(':p') },
  { weight: 1, arbitrary: fc.constant(':p(\\d+)') },
  { weight: 1, arbitrary: fc.constant(':p([a-b]+)') },
  { weight: 1, arbitrary: fc.constant(':p-:q') },
)

/** Numbers the names, so that none occurs twice. */
function rename(pattern: string): string {
  let count = 0
  return pattern.replace(/([:*])[a-z]/g, (_, sign: string) => `${sign}v${count++}`)
}

const pattern = fc
  .tuple(
    fc.array(segment, { maxLength: 4 }),
    fc.constantFrom('', '', '', '/', '/*r', '{/*r}', '/:o?', '{/:o}', '/:o?/:n?'),
  )
  .map(([segments, end]) => rename(`/${segments.join('/')}${end}`.replace('//', '/')))

const route = fc.tuple(
  fc.constantFrom('GET', 'POST', '*'),
  pattern,
  fc.constant<(typeof HOSTS)[number]>(undefined),
)
const hostedRoute = fc.tuple(fc.constantFrom('GET', 'POST', '*'), pattern, fc.constantFrom(...HOSTS))

const comparisons = fc.record({ caseSensitive: fc.boolean(), strict: fc.boolean() })

type Declared = readonly (readonly [method: string, pattern: string, host: string | undefined])[]

/** Those that can stand beside each other. */
function acceptedOf(declared: Declared, options: RouteTableOptions = {}): RouteDefinition<string>[] {
  const accepted: RouteDefinition<string>[] = []
  for (const [method, text, host] of declared) {
    const at = host === undefined ? {} : { host }
    const one = { method, pattern: text, origin: `${method} ${text}`, value: text, ...at }
    if (findRouteErrors([...accepted, one], options).length === 0) accepted.push(one)
  }
  return accepted
}

const routes = fc.array(route, { maxLength: 25 }).map((declared) => acceptedOf(declared))

/** A path, and whether to escape each of its characters and double each of its slashes. */
const path = fc
  .array(
    fc.tuple(fc.oneof(word, fc.constantFrom('x', 'a-b-c', '99', 'a/b')), fc.integer({ min: 0, max: 3 })),
    { maxLength: 5 },
  )
  .chain((segments) =>
    fc.boolean().map((slash) => {
      const written = segments.map(([text, style]) => {
        const escaped = encodeURIComponent(text)
        const all = [...new TextEncoder().encode(text)]
          .map((byte) => `%${byte.toString(16).padStart(2, '0')}`)
          .join('')
        return `${style === 2 ? '//' : '/'}${style === 1 ? all : escaped}`
      })
      return `${written.join('')}${slash || written.length === 0 ? '/' : ''}`
    }),
  )

describe('the route table', () => {
  it('finds the same as trying every pattern does, also for hosts, by case and by trailing slash', () => {
    let hits = 0
    const declared = fc.array(hostedRoute, { maxLength: 15 })
    fc.assert(
      fc.property(
        declared,
        comparisons,
        fc.array(path, { minLength: 1, maxLength: 10 }),
        (list, options, paths) => {
          const accepted = acceptedOf(list, options)
          const table = createRouteTable(
            accepted.map((one) => ({ ...one })),
            options,
          )
          for (const target of paths) {
            for (const host of ['a.test', 'b.test', 'elsewhere', undefined]) {
              const found = table.match('GET', target, host)
              const actual =
                found.route === undefined
                  ? found.reason
                  : { pattern: found.route.pattern, params: { ...found.params } }
              expect([host, target, actual]).toEqual([
                host,
                target,
                naiveMatch(accepted, 'GET', target, options, host),
              ])
              if (found.route !== undefined) hits += 1
            }
          }
        },
      ),
      { numRuns: 400 },
    )
    expect(hits).toBeGreaterThan(800)
  })

  it('finds the same as trying every pattern does', () => {
    let hits = 0
    fc.assert(
      fc.property(routes, fc.array(path, { minLength: 1, maxLength: 10 }), (declared, paths) => {
        const table = createRouteTable(declared)
        for (const target of paths) {
          for (const method of ['GET', 'POST', 'PUT']) {
            const found = table.match(method, target)
            const actual =
              found.route === undefined
                ? found.reason
                : { pattern: found.route.pattern, params: { ...found.params } }
            const expected = naiveMatch(declared, method, target)
            expect([target, actual]).toEqual([target, expected])
            if (found.route !== undefined) hits += 1
          }
        }
      }),
      { numRuns: 600 },
    )
    expect(hits).toBeGreaterThan(800)
  })

  it('answers a path and its normal form alike', () => {
    fc.assert(
      fc.property(routes, path, (declared, target) => {
        const table = createRouteTable(declared)
        expect(table.match('GET', normalisePath(target)!)).toEqual(table.match('GET', target))
      }),
    )
  })

  it('never throws, whatever the path holds, and never hands out a dot segment', () => {
    const table = createRouteTable([
      { method: 'GET', pattern: '/:a/*rest', origin: 'x', value: 1 },
      { method: 'GET', pattern: '/x:b-:c', origin: 'y', value: 1 },
    ])
    const piece = fc.constantFrom(
      '/',
      '.',
      '..',
      '%2e',
      '%2E',
      '%2f',
      '%5c',
      '\\',
      '%',
      '%25',
      'x',
      '-',
      '%00',
      '\0',
      '%ff',
      'é',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const target = `/${pieces.join('')}`
        const found = table.match('GET', target)
        expect(found.route === undefined && found.reason === 'malformed').toBe(
          normalisePath(target) === undefined,
        )
        if (found.route === undefined) return
        for (const value of Object.values(found.params))
          expect(value).not.toMatch(/(?:^|[/\\])\.\.?(?:$|[/\\])|\0/)
      }),
      { numRuns: 3_000 },
    )
  })

  it('writes links that lead back with the same parameters', () => {
    const table = createRouteTable([
      { method: 'GET', pattern: '/u/:id/f-:name.:ext/*rest', origin: 'x', name: 'deep', value: 1 },
    ])
    const value = fc
      .string({ minLength: 1, unit: 'grapheme' })
      .filter((text) => !/^\.|[./\\\0]/.test(text) && !/[\uFDD0-\uFDD2]/.test(text))
    fc.assert(
      fc.property(value, value, value, value, (id, name, ext, rest) => {
        const { params } = matched(table, table.link('deep', { id, name, ext, rest }))
        expect({ ...params }).toEqual({ id, name, ext, rest })
      }),
    )
  })
})
