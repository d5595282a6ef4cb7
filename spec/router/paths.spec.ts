import { createPathMatcher, normalisePath } from 'corbel/router'
import { answer, tableOf } from './routes.js'

describe('spellings of a path', () => {
  const table = tableOf(['GET /admin', 'GET /admin/users', 'GET /:id', 'GET /files/*path'])
  const isAdmin = createPathMatcher(['/admin'], 'spec', { prefix: true })

  it.each([
    ['/%61dmin', 'GET /admin'],
    ['//admin', 'GET /admin'],
    ['///%61%64min//', 'GET /admin'],
    ['/admin/', 'GET /admin'],
    ['/admin%2Fusers', 'GET /:id'],
    ['/admin//users', 'GET /admin/users'],
    ['//admin/%75sers/', 'GET /admin/users'],
    ['/%2561dmin', 'GET /:id'],
    ['/ADMIN', 'GET /:id'],
    ['/admin%20', 'GET /:id'],
    ['/...', 'GET /:id'],
    ['/.admin', 'GET /:id'],
  ])('%s leads to %s', (path, to) => {
    expect(answer(table, 'GET', path)).toMatchObject({ to })
    expect(isAdmin(path)).toBe(to.startsWith('GET /admin'))
  })

  it.each([
    ['a dot segment', '/files/./x'],
    ['a climb', '/files/../admin'],
    ['a climb at the end', '/files/..'],
    ['a climb, escaped', '/files/%2e%2E/admin'],
    ['a climb, escaped in part', '/files/.%2e/admin'],
    ['a climb inside a segment', '/files/..%2Fadmin'],
    ['a climb with backslashes', '/files/..%5c..%5Cadmin'],
    ['a climb with plain backslashes', '/files/x\\..\\admin'],
    ['a climb in a long segment', '/files-and-more-text\\..\\..\\x'],
    ['a climb in a parameter', '/x%2F..'],
    ['NUL', '/files/x%00.png'],
    ['plain NUL', '/files/x\0'],
    ['an incomplete escape', '/files/%'],
    ['an incomplete escape before the end', '/files/%4/x'],
    ['no hexadecimal digits', '/files/%zz'],
    ['bytes that are not UTF-8', '/%ff'],
    ['overlong UTF-8', '/%c0%af'],
    ['a surrogate in UTF-8', '/%ed%a0%80'],
    ['a noncharacter that the matcher needs', '/..%EF%B7%90..'],
    ['no slash first', 'admin'],
    ['an asterisk', '*'],
    ['nothing', ''],
  ])('%s is malformed: %s', (_, path) => {
    expect(answer(table, 'GET', path)).toBe('malformed')
    expect(normalisePath(path)).toBeUndefined()
    expect(isAdmin(path)).toBe(false)
  })

  it('are malformed also where a literal could match them as they are', () => {
    const odd = tableOf(['GET /100\\%', 'GET /a\\\\b', 'GET /c%2Fd'])
    expect(answer(odd, 'GET', '/100%')).toBe('malformed')
    expect(answer(odd, 'GET', '/100%25')).toMatchObject({ to: 'GET /100\\%' })
    expect(answer(odd, 'GET', '/a%5Cb')).toMatchObject({ to: 'GET /a\\\\b' })
    expect(answer(odd, 'GET', '/a\\b')).toMatchObject({ to: 'GET /a\\\\b' })
    expect(answer(odd, 'GET', '/c/d')).toBe('not-found')
  })

  it.each([
    ['/a/b', '/a/b'],
    ['/', '/'],
    ['//', '/'],
    ['/a//b/', '/a/b/'],
    ['/%61/b', '/a/b'],
    ['/a%2fb', '/a%2Fb'],
    ['/100%25', '/100%25'],
    ['/%252F', '/%252F'],
    ['/a%20b/%C3%A9', '/a b/é'],
    ['//x/.y', '/x/.y'],
  ])('%s is normally %s', (path, normal) => {
    expect(normalisePath(path)).toBe(normal)
    expect(normalisePath(normal)).toBe(normal)
  })
})

describe('a parameter without rivals', () => {
  const table = tableOf(['GET /x/:a/y/:b', 'GET /t/:a/end', 'GET /t/*rest'])

  it.each([
    ['/x/a%20b/y/%C3%A9', { a: 'a b', b: 'é' }],
    ['/x/a%2Fb%5C/y/100%25', { a: 'a/b\\', b: '100%' }],
    ['/x/%41-and-some-more-text-that-is-long/y/1', { a: 'A-and-some-more-text-that-is-long', b: '1' }],
    ['/x/long-text-that-ends-escaped%21/y/1/', { a: 'long-text-that-ends-escaped!', b: '1' }],
    ['/x/%41/%79/1', { a: 'A', b: '1' }],
    ['/%78/%41//y/1', { a: 'A', b: '1' }],
  ])('takes %s', (path, params) => {
    expect(answer(table, 'GET', path)).toEqual({ to: 'GET /x/:a/y/:b', params })
    expect(answer(table, 'POST', path)).toBe('method: GET, HEAD, OPTIONS')
  })

  it.each([
    ['/x/%2e%2E/y/1', 'malformed'],
    ['/x/a/y/a%2F..', 'malformed'],
    ['/x/%zz/y/1', 'malformed'],
    ['/x/%00/y/1', 'malformed'],
    ['/x/%EF%B7%90/y/1', 'malformed'],
    ['/x/%41/z/1', 'not-found'],
    ['/x/%41/y/', 'not-found'],
  ])('does not take %s: %s', (path, why) => {
    expect(answer(table, 'GET', path)).toBe(why)
  })

  it('does not keep a path from another route that its decoded form belongs to', () => {
    expect(answer(table, 'GET', '/t/%41/%65nd')).toEqual({ to: 'GET /t/:a/end', params: { a: 'A' } })
    expect(answer(table, 'GET', '/t/%41/%65ndless')).toEqual({
      to: 'GET /t/*rest',
      params: { rest: 'A/endless' },
    })
  })
})

describe('path matchers', () => {
  it('match what lies below a pattern if asked to', () => {
    const below = createPathMatcher(['cats', '/dogs/:id/', '/files/*'], 'spec', { prefix: true })
    for (const path of ['/cats', '/cats/1', '/cats/1/2/', '/dogs/1', '/dogs/1/x', '/files/x/y']) {
      expect([path, below(path)]).toEqual([path, true])
    }
    for (const path of ['/', '/catsup', '/dogs', '/files']) expect([path, below(path)]).toEqual([path, false])
  })

  it('match everything below the root', () => {
    const all = createPathMatcher(['/'], 'spec', { prefix: true })
    expect(all('/') && all('/x/y')).toBe(true)
    expect(createPathMatcher(['/'], 'spec')('/x')).toBe(false)
  })

  it('take patterns that mean the same and follow the options of the table', () => {
    expect(createPathMatcher(['/a/:b', '/a/:c', '/a/:b'], 'spec')('/a/1')).toBe(true)
    expect(createPathMatcher(['/A'], 'spec', { caseSensitive: false, strict: true })('/a')).toBe(true)
    expect(createPathMatcher(['/A'], 'spec', { caseSensitive: false, strict: true })('/a/')).toBe(false)
  })
})
