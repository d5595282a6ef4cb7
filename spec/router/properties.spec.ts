import * as fc from 'fast-check'
import { createRouteTable, findRouteErrors, normalisePath, type RouteDefinition } from 'corbel/router'
import { naiveMatch } from './reference.js'
import { matched } from './routes.js'

// few words, so that paths and patterns meet often; shared prefixes, so that nodes split
const word = fc.constantFrom('a', 'ab', 'abc', 'b', '1', '12', 'a-b', '1-', 'é', '%')
const segment = fc.oneof(
  { weight: 4, arbitrary: word.map((text) => text.replace('%', '%25')) },
  { weight: 3, arbitrary: fc.constant(':p') },
  { weight: 1, arbitrary: fc.constant(':p(\\d+)') },
  { weight: 1, arbitrary: fc.constant(':p-:q') },
)

/** Numbers the names, so that none occurs twice. */
function rename(pattern: string): string {
  let count = 0
  return pattern.replace(/([:*])[a-z]/g, (_, sign: string) => `${sign}v${count++}`)
}

const pattern = fc
  .tuple(fc.array(segment, { maxLength: 4 }), fc.constantFrom('', '', '', '/*r', '/:o?'))
  .map(([segments, end]) => rename(`/${segments.join('/')}${end}`.replace('//', '/')))

const routes = fc
  .array(fc.tuple(fc.constantFrom('GET', 'POST', '*'), pattern), { maxLength: 25 })
  .map((declared) => {
    const accepted: RouteDefinition<string>[] = []
    for (const [method, text] of declared) {
      const route = { method, pattern: text, origin: `${method} ${text}`, value: text }
      if (findRouteErrors([...accepted, route]).length === 0) accepted.push(route)
    }
    return accepted
  })

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
      { numRuns: 2_000 },
    )
    expect(hits).toBeGreaterThan(1_000)
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
