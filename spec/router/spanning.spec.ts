import { createPathMatcher, createRouteTable } from 'corbel/router'
import { answer, routes, tableOf } from './routes.js'
import { fc } from '../support/properties.js'
import { isDoneWithin } from '../support/within.js'

/** What one pattern makes of a path: its parameters, or why it does not match. */
function params(pattern: string, path: string): unknown {
  const found = answer(tableOf([`GET ${pattern}`]), 'GET', path)
  return typeof found === 'string' ? found : found.params
}

describe('wildcards before the end of a path', () => {
  it.each([
    ['/a/*/c', '/a/b/c', { '0': 'b', '*': 'b' }],
    ['/a/*/c', '/a/b/x/c', { '0': 'b/x', '*': 'b/x' }],
    ['/a/*/c', '/a/b/d', 'not-found'],
    ['/a/*path/c', '/a/b/c', { path: 'b' }],
    ['/a/*path/c', '/a//c', 'not-found'],
    ['/a/*path/c', '/a/b/c/', { path: 'b' }],
    ['/a/(.*)/c', '/a/b/c', { '0': 'b', '*': 'b' }],
    ['/a/:path(.*)/c', '/a/b/x/c', { path: 'b/x' }],
    ['/*/x/*', '/1/x/2/3', { '0': '1', '1': '2/3' }],
    ['/*/x/*rest', '/1/x/', { '0': '1', '*': '1', rest: '' }],
    ['/*/:id(\\d+)/:name', '/a/1/2/n', { '0': 'a/1', '*': 'a/1', id: '2', name: 'n' }],
    ['/*/:id(\\d+)/:name', '/a/b/n', 'not-found'],
    ['/*.js', '/deep/er/app.js', { '0': 'deep/er/app', '*': 'deep/er/app' }],
    ['/*.js', '/app.jsx', 'not-found'],
    ['/a/*x/b{/*y}', '/a/1/b', { x: '1' }],
    ['/a/*x/b{/*y}', '/a/1/b/2', { x: '1', y: '2' }],
  ])('%s: %s', (pattern, path, expected) => {
    expect(params(pattern, path)).toEqual(expected)
  })
})

describe('wildcards inside a segment', () => {
  it.each([
    ['/ab{*any}cd', '/abcd', { any: '' }],
    ['/ab{*any}cd', '/abXcd', { any: 'X' }],
    ['/ab{*any}cd', '/ab/x/cd', { any: '/x/' }],
    ['/ab{*any}cd', '/abc', 'not-found'],
    ['/ab*-cd', '/ab-1-cd', { '0': '-1', '*': '-1' }],
    ['/hel*rest', '/hello', { rest: 'lo' }],
    ['/hel*rest', '/hel', 'not-found'],
    ['/hel*rest', '/hello/world', { rest: 'lo/world' }],
    ['/file-*', '/file-', { '0': '', '*': '' }],
    ['/:a-*b', '/1-2-3', { a: '1', b: '2-3' }],
    ['/users(.*)', '/users/1', { '0': '/1', '*': '/1' }],
  ])('%s: %s', (pattern, path, expected) => {
    expect(params(pattern, path)).toEqual(expected)
  })
})

describe('optional parts before the end', () => {
  it.each([
    ['/a{/:b}/c', '/a/c', {}],
    ['/a{/:b}/c', '/a/1/c', { b: '1' }],
    ['/:lang?/about', '/about', {}],
    ['/:lang?/about', '/de/about', { lang: 'de' }],
    ['{/:lang(de|en)}/about', '/de/about', { lang: 'de' }],
    ['{/:lang(de|en)}/about', '/fr/about', 'not-found'],
    ['/:file{.:ext}', '/read.me', { file: 'read', ext: 'me' }],
    ['/:file{.:ext}', '/readme', { file: 'readme' }],
    ['/a{/:b{-:c}}', '/a', {}],
    ['/a{/:b{-:c}}', '/a/1', { b: '1' }],
    ['/a{/:b{-:c}}', '/a/1-2', { b: '1', c: '2' }],
    ['/:a?/*', '/1/2', { a: '1', '0': '2', '*': '2' }],
    ['/item{s}', '/items', {}],
    ['/item{s}', '/item', {}],
    ['/a\\{b\\}', '/a{b}', {}],
    ['/:id(\\d{2})', '/12', { id: '12' }],
  ])('%s: %s', (pattern, path, expected) => {
    expect(params(pattern, path)).toEqual(expected)
  })

  it('are one route of the table, and links take what they have values for', () => {
    const table = createRouteTable([
      { method: 'GET', pattern: '/a{/:b}/c', origin: 'x', name: 'abc', value: 1 },
      { method: 'GET', pattern: '/f/*path/x', origin: 'y', name: 'fx', value: 2 },
    ])
    expect(table.list()).toHaveLength(2)
    expect(table.link('abc')).toBe('/a/c')
    expect(table.link('abc', { b: 'ü' })).toBe('/a/%C3%BC/c')
    expect(table.link('fx', { path: '1/2 3' })).toBe('/f/1/2%203/x')
    expect(() => table.link('fx')).toThrow('parameter "path" is missing')
  })
})

describe('among other routes', () => {
  const table = tableOf([
    'GET /*',
    'GET /abc',
    'GET /:id',
    'GET /ab{*x}',
    'GET /f/:a/z',
    'GET /f/*/z',
    'POST /f/*/y',
  ])

  it.each([
    ['/abc', 'GET /abc'],
    ['/abd', 'GET /ab{*x}'],
    ['/ab/d', 'GET /ab{*x}'],
    ['/x', 'GET /:id'],
    ['/x/y', 'GET /*'],
    ['/f/1/z', 'GET /f/:a/z'],
    ['/f/1/2/z', 'GET /f/*/z'],
    ['/%61bd', 'GET /ab{*x}'],
    ['//abd/', 'GET /ab{*x}'],
  ])('%s leads to %s', (path, to) => expect(answer(table, 'GET', path)).toMatchObject({ to }))

  it('tell the methods of a path, and what is not there', () => {
    const few = tableOf(['POST /f/*/y', 'GET /f/:a/z'])
    expect(answer(few, 'GET', '/f/1/2/y')).toBe('method: OPTIONS, POST')
    expect(answer(few, 'HEAD', '/f/1/z')).toMatchObject({ to: 'GET /f/:a/z' })
    expect(answer(few, 'GET', '/g')).toBe('not-found')
    expect(answer(few, 'POST', '/f/%ff/y')).toBe('malformed')
  })

  it('are told apart from duplicates', () => {
    expect(() => tableOf(['GET /a/*/c', 'GET /a/(.*)/c'])).toThrow('declared twice')
    expect(() => tableOf(['GET /a{/:b}/c', 'GET /a/c'])).toThrow('declared twice')
    expect(() => tableOf(['GET /a/*x/c', 'POST /a/*y/c', 'GET /a/*x/d'])).not.toThrow()
  })

  it('may have a host, and ignore case', () => {
    const hosts = tableOf(['GET //:tenant.example.com/A/*/c'], { caseSensitive: false })
    const found = hosts.match('GET', '/a/B/C', 'one.example.com')
    expect(found).toMatchObject({ params: { '*': 'B' }, hostParams: { tenant: 'one' } })
  })

  it('count a trailing slash where tables are strict', () => {
    const strict = tableOf(['GET /a/*/c', 'GET /b/*/c/'], { strict: true })
    expect(answer(strict, 'GET', '/a/1/c/')).toBe('not-found')
    expect(answer(strict, 'GET', '/b/1/c')).toBe('not-found')
    expect(answer(strict, 'GET', '/b/1/c/')).toMatchObject({ to: 'GET /b/*/c/' })
  })
})

describe('safety', () => {
  it('never gives a value that climbs', () => {
    expect(params('/ab{*x}', '/ab../secret')).toBe('not-found')
    expect(params('/*x/c', '/a/..%2f/c')).toBe('malformed')
  })

  it('matchers of paths cover what lies below as the table does', () => {
    const matches = createPathMatcher(['/adm{*rest}'], 'spec', { prefix: true })
    expect(['/adm', '/admin', '/admin/users', '/%61dmin'].map(matches)).toEqual([true, true, true, true])
    expect(matches('/user')).toBe(false)
  })

  it('takes time by the length of the path, however many wildcards there are', () => {
    const table = tableOf(['GET /*a-*b-*c-*d-*e-end'])
    const path = `/${'-x'.repeat(2_000)}`
    // backtracking would take years
    expect(isDoneWithin(10, () => expect(answer(table, 'GET', `${path}-en`)).toBe('not-found'))).toBe(true)
    expect(answer(table, 'GET', `/${'x'.repeat(5_000)}-1-1-1-1-end`)).toBe('not-found')
  })

  it('agrees with a regular expression on what matches', () => {
    const part = fc.constantFrom('a', '/', 'b', '{*w}', ':p', 'ab')
    const text = fc.array(fc.constantFrom('a', 'b', '/a', '/b', 'ab', '/c'), { maxLength: 6 })
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), text, (parts, pieces) => {
        let count = 0
        const pattern = `/x{*z}/y/${parts.map((one) => one.replace(/[wp]/, (name) => name + count++)).join('')}`
        fc.pre(!/[}p\d]:|\d\{|\}\{|\d[ab]|\/\/|\/$/.test(pattern))
        const source = pattern.replace(/\{\*\w+\}/g, '.*').replace(/:p\d+/g, '[^/]+')
        const path = `/x1/y/${pieces.join('')}`.replace(/\/+/g, '/').replace(/\/$/, '')
        const [table] = [createRouteTable(routes(`GET ${pattern}`))]
        const isMatch = table.match('GET', path).route !== undefined
        // a wildcard at the end matches what has its slash only; the trailing slash itself does not count
        fc.pre(!pattern.endsWith('/{*w}'))
        expect(isMatch).toBe(new RegExp(`^${source}$`).test(path))
      }),
    )
  })
})
