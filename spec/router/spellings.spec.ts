import {
  createRouteTable,
  findRouteErrors,
  normalisePath,
  type RouteDefinition,
  type RouteTable,
} from 'corbel/router'
import { answer, routes } from './routes.js'
import { fc } from '../support/properties.js'

// Simple paths are walked raw, in one way only; others raw with steps back; the rest decoded. A table with hosts always
// walks the decoded path: so the same routes, once with a host beside them, show where the ways disagree.

const piece = fc.constantFrom(
  '/a',
  '/ab',
  '/abc',
  '/A',
  '/é',
  '/a.b',
  '/.well',
  '/100%25',
  '/:p',
  '/:p',
  '/:p(\\d+)',
  '/:p([a-c]+)',
  '/:p-:p',
  '/:p.json',
  '/a:p',
  '/v:p(\\d+)b',
  '/:p?',
  '{/:p}',
  '{/a}',
  '/a{b}',
  '/:p{.:p}',
  '{/a/:p}',
  '{/a{/:p}}',
)
const ending = fc.constantFrom('', '', '', '', '/', '/*p', '{/*p}', '/*', '/*p/z', '/a*')

/** Numbers the names, so that none occurs twice. */
function rename(pattern: string): string {
  let count = 0
  return pattern.replace(/([:*])p/g, (_, sign: string) => `${sign}v${count++}`)
}

const pattern = fc
  .tuple(fc.array(piece, { maxLength: 4 }), ending)
  .map(([pieces, end]) => rename(`${pieces.join('')}${end}`) || '/')

const options = fc.record({ caseSensitive: fc.boolean(), strict: fc.boolean() })

const declared = fc.tuple(
  fc.array(fc.tuple(fc.constantFrom('GET', 'POST', '*'), pattern), { minLength: 1, maxLength: 12 }),
  options,
)

const PIECES = [
  ['/', '/', '/', '/', '//', '/a', '/a', '/ab', '/abc', '/b', '/A', '/1', '/12', 'a', 'b', 'c', '1'],
  ['-', '.', '..', '.json', '/v1b', '/.well', '%61', '%2F', '%2f', '%5C', '%2e', '%25', '/100%25'],
  ['\\', '\0', '%00', '%', '%zz', '%ff', '%c3%a9', 'é', '%EF%B7%90', 'longer-than-eight', '/z'],
].flat()

const target = fc
  .array(fc.constantFrom(...PIECES), { maxLength: 8 })
  .map((pieces) => `/${pieces.join('')}`.replace(/^\/\//, '/'))

function accepted(
  list: readonly (readonly [string, string])[],
  settings: { caseSensitive: boolean; strict: boolean },
): RouteDefinition<string>[] {
  const found: RouteDefinition<string>[] = []
  for (const [method, text] of list) {
    const route = { method, pattern: text, origin: `${method} ${text}`, value: `${method} ${text}` }
    if (findRouteErrors([...found, route], settings).length === 0) found.push(route)
  }
  return found
}

describe('every way through a route table', () => {
  it('answers alike, however a path is spelled', () => {
    let hits = 0
    fc.assert(
      fc.property(
        declared,
        fc.array(target, { minLength: 1, maxLength: 20 }),
        ([list, settings], targets) => {
          const definitions = accepted(list, settings)
          const raw = createRouteTable(
            definitions.map((route) => ({ ...route })),
            settings,
          )
          const decoded: RouteTable<string> = createRouteTable(
            [...definitions, { method: 'GET', pattern: '/', host: 'other.test', origin: 'x', value: 'x' }],
            settings,
          )
          for (const path of targets) {
            for (const method of ['GET', 'PUT']) {
              const found = answer(raw, method, path)
              expect([path, found]).toEqual([path, answer(decoded, method, path, 'here.test')])
              if (typeof found !== 'string') hits += 1
            }
          }
        },
      ),
      { numRuns: 500 },
    )
    expect(hits).toBeGreaterThan(500)
  })

  it('never takes a noncharacter for the slash that it stands for inside', () => {
    const plain = routes('GET /:a', 'GET /files/*rest')
    const decoded = createRouteTable([...plain, ...routes('GET //other.test/')])
    for (const path of ['/..\uFDD0..\uFDD0etc', '/files/..\uFDD0..\uFDD2etc']) {
      expect(normalisePath(path)).toBeUndefined()
      expect(answer(decoded, 'GET', path, 'here.test')).toBe('malformed')
      expect(JSON.stringify(answer(createRouteTable(plain), 'GET', path))).not.toMatch(/\.\.[/\\]/)
    }
  })
})
