import { createPathMatcher } from 'corbel/router'
import { answer, matched, tableOf } from './routes.js'

describe('patterns', () => {
  it.each<[string, string, Record<string, string> | 'not-found']>([
    // literals
    ['/', '/', {}],
    ['', '/', {}],
    ['users', '/users', {}],
    ['/users', '/users', {}],
    ['/users', '/user', 'not-found'],
    ['/users', '/usersx', 'not-found'],
    ['/users', '/users/1', 'not-found'],
    ['/users/', '/users', {}],
    ['/users//all', '/users/all', {}],
    ['/caf%C3%A9', '/caf%c3%a9', {}],
    ['/café', '/caf%C3%A9', {}],
    ['/100%25', '/100%25', {}],
    ['/a%2Fb', '/a%2fb', {}],
    ['/a%2Fb', '/a/b', 'not-found'],
    ['/v1/things\\:batch', '/v1/things:batch', {}],
    ['/.well-known/corbel', '/.well-known/corbel', {}],
    // parameters
    ['/users/:id', '/users/42', { id: '42' }],
    ['/users/:id', '/users/', 'not-found'],
    ['/users/:id', '/users/42/posts', 'not-found'],
    ['/users/:id', '/users/a%20b', { id: 'a b' }],
    ['/users/:id', '/users/a%2Fb', { id: 'a/b' }],
    ['/users/:id', '/users/100%25', { id: '100%' }],
    ['/users/:id', '/users/a%5Cb', { id: 'a\\b' }],
    ['/users/:id', '/users/%E2%82%AC', { id: '€' }],
    [
      '/users/:id',
      '/users/018f3c1e-7b2a-7c3d-9e4f-5a6b7c8d9e0f',
      { id: '018f3c1e-7b2a-7c3d-9e4f-5a6b7c8d9e0f' },
    ],
    ['/users/:id', '/users/018f3c1e-7b2a-7c3d%2F', { id: '018f3c1e-7b2a-7c3d/' }],
    ['/:größe/:$a_1', '/1/2', { größe: '1', $a_1: '2' }],
    ['/a/:b/c/:d', '/a/1/c/2', { b: '1', d: '2' }],
    ['/:__proto__', '/x', { ['__proto__']: 'x' }],
    // optional ends
    ['/users/:id?', '/users', {}],
    ['/users/:id?', '/users/', {}],
    ['/users/:id?', '/users/1', { id: '1' }],
    ['/:a?/:b?', '/', {}],
    ['/:a?/:b?', '/1', { a: '1' }],
    ['/:a?/:b?', '/1/2', { a: '1', b: '2' }],
    ['/users{/:id}', '/users', {}],
    ['/users{/:id}', '/users/1', { id: '1' }],
    ['/users{/:id/edit}', '/users/1/edit', { id: '1' }],
    ['/users{/:id/edit}', '/users/1', 'not-found'],
    ['/a{/:b{/:c}}', '/a/1', { b: '1' }],
    ['/a{/:b{/:c}}', '/a/1/2', { b: '1', c: '2' }],
    // text and parameters mixed
    ['/flights/:from-:to', '/flights/VIE-JFK', { from: 'VIE', to: 'JFK' }],
    ['/flights/:from-:to', '/flights/a-b-c', { from: 'a', to: 'b-c' }],
    ['/flights/:from-:to', '/flights/-b', 'not-found'],
    ['/flights/:from-:to', '/flights/--b', { from: '-', to: 'b' }],
    ['/flights/:from-:to', '/flights/a-', 'not-found'],
    ['/flights/:from-:to', '/flights/a%2Db', { from: 'a', to: 'b' }],
    ['/flights/:from-:to', '/flights/a/b-c', 'not-found'],
    ['/file.:ext', '/file.txt', { ext: 'txt' }],
    ['/:name.:ext', '/a.tar.gz', { name: 'a', ext: 'tar.gz' }],
    ['/@:user', '/@ada', { user: 'ada' }],
    ['/@:user', '/ada', 'not-found'],
    ['/:a.json', '/x.json', { a: 'x' }],
    ['/:a.json', '/.json', 'not-found'],
    ['/:a..:b..:c', '/1..2..3', { a: '1', b: '2', c: '3' }],
    ['/:a%2F:b', '/1%2F2', { a: '1', b: '2' }],
    ['/:a-:b', '/x-..', 'not-found'],
    ['/:a-:b', '/x-..%2Fy', 'not-found'],
    ['/:name.:ext', '/...', 'not-found'],
    // constraints
    ['/:id(\\d+)', '/42', { id: '42' }],
    ['/:id(\\d+)', '/4%32', { id: '42' }],
    ['/:id(\\d+)', '/42a', 'not-found'],
    ['/:id(\\d+)/x', '/42/x', { id: '42' }],
    ['/:lang(en|de)/docs', '/de/docs', { lang: 'de' }],
    ['/:path([^/]+)', '/a%2Fb', 'not-found'],
    ['/:slug([a-z-]+)-:id(\\d+)', '/my-first-post-7', { slug: 'my-first-post', id: '7' }],
    ['/:slug([a-z-]+)-:id(\\d+)', '/my-first-post-x', 'not-found'],
    ['/:y(\\d{4})-:m(\\d\\d).html', '/2024-05.html', { y: '2024', m: '05' }],
    // wildcards
    ['*', '/any/thing', { '*': 'any/thing', '0': 'any/thing' }],
    ['*', '/', { '*': '', '0': '' }],
    ['/files/*', '/files/a/b.txt', { '*': 'a/b.txt', '0': 'a/b.txt' }],
    ['/files/*', '/files/', { '*': '', '0': '' }],
    ['/files/*', '/files//', { '*': '', '0': '' }],
    ['/files/*', '/files', 'not-found'],
    ['/files/(.*)', '/files/a', { '*': 'a', '0': 'a' }],
    ['/files/*path', '/files/a/b', { path: 'a/b' }],
    ['/files/*path', '/files/a/b/', { path: 'a/b/' }],
    ['/files/*path', '/files//a//b', { path: 'a/b' }],
    ['/files/*path', '/files/a%20b/c%2Fd', { path: 'a b/c/d' }],
    ['/files/*path', '/files/.hidden/x', { path: '.hidden/x' }],
    ['/files/{*path}', '/files/a/b', { path: 'a/b' }],
    ['/files/:path(.*)', '/files/a/b', { path: 'a/b' }],
    ['/files{/*path}', '/files', { path: '' }],
    ['/files{/*path}', '/files/', { path: '' }],
    ['/files{/*path}', '/files/a', { path: 'a' }],
    ['/:owner/*path', '/ada/a/b', { owner: 'ada', path: 'a/b' }],
    ['/:owner{/*path}', '/ada', { owner: 'ada', path: '' }],
    ['/a{/:b}{/*rest}', '/a', {}],
    ['/a{/:b}{/*rest}', '/a/1', { b: '1', rest: '' }],
    ['/a{/:b}{/*rest}', '/a/1/2/3', { b: '1', rest: '2/3' }],
  ])('%s on %s', (pattern, path, expected) => {
    const declared = `GET ${pattern}`
    expect(answer(tableOf([declared]), 'GET', path)).toEqual(
      expected === 'not-found' ? expected : { to: declared, params: expected },
    )
    expect(createPathMatcher([pattern], 'spec')(path)).toBe(expected !== 'not-found')
  })
})

describe('priority', () => {
  it.each<[string, string[], string, string]>([
    ['a literal before a parameter', ['/:id', '/me'], '/me', '/me'],
    ['mixed before constrained', ['/:id([a-z-]+)', '/:a-:b'], '/x-y', '/:a-:b'],
    ['constrained before free', ['/:any', '/:id(\\d+)'], '/1', '/:id(\\d+)'],
    ['a parameter before a wildcard', ['/*', '/:id'], '/1', '/:id'],
    ['more literal text first among mixed', ['/:a.:b', '/:a.min.:b'], '/x.min.js', '/:a.min.:b'],
    ['declaration order among constraints', ['/:a(\\w+)', '/:b(\\d+)'], '/1', '/:a(\\w+)'],
    ['back from a literal to a parameter', ['/me/settings', '/:id/posts'], '/me/posts', '/:id/posts'],
    ['back over several levels', ['/a/b/c/d', '/a/:x/c/e', '/*'], '/a/b/c/f', '/*'],
    ['back from a shared prefix', ['/users', '/user/:id', '/:any'], '/use', '/:any'],
    ['back from a parameter to a wildcard', ['/:a/x', '/*'], '/1/y', '/*'],
    ['back from a mixed segment', ['/:a-:b/x', '/:c/y'], '/1-2/y', '/:c/y'],
    ['the nearest wildcard', ['/*', '/a/*', '/a/b/c'], '/a/b/d', '/a/*'],
    ['the path itself before an optional wildcard', ['/a{/*r}', '/a'], '/a', '/a'],
    ['a longer way before an optional end', ['/a/:b?', '/a/:b/c'], '/a/1/c', '/a/:b/c'],
  ])('%s', (_, patterns, path, winner) => {
    const table = tableOf(patterns.map((pattern) => `GET ${pattern}`))
    expect(table.match('GET', path).route?.pattern).toBe(winner)
  })

  it('gives the values of the way that succeeded, not of those given up', () => {
    const table = tableOf(['GET /:a/:b/:c/x', 'GET /:d/:e-:f/:g/y', 'GET /*rest'])
    expect(answer(table, 'GET', '/1/2-3/4/x')).toEqual({
      to: 'GET /:a/:b/:c/x',
      params: { a: '1', b: '2-3', c: '4' },
    })
    expect(answer(table, 'GET', '/1/2-3/4/z')).toEqual({ to: 'GET /*rest', params: { rest: '1/2-3/4/z' } })
  })
})

describe('options', () => {
  it('compares literals without case if asked to, and keeps the case of values', () => {
    const table = tableOf(['GET /Users/:id', 'GET /Über/@:Name', 'GET /x/:c([A-C]+)'], {
      caseSensitive: false,
    })
    expect(answer(table, 'GET', '/uSERS/McX')).toMatchObject({ params: { id: 'McX' } })
    expect(answer(table, 'GET', '/%C3%9CBER/@Ada')).toMatchObject({ params: { Name: 'Ada' } })
    expect(answer(table, 'GET', '/X/aBc')).toMatchObject({ params: { c: 'aBc' } })
    expect(answer(tableOf(['GET /Users']), 'GET', '/users')).toBe('not-found')
  })

  it('keeps values in place where lower case would be longer', () => {
    const table = tableOf(['GET /İ/:id'], { caseSensitive: false })
    expect(answer(table, 'GET', '/%C4%B0/abc')).toMatchObject({ params: { id: 'abc' } })
  })

  it.each([
    ['/a', '/a', '/a/'],
    ['/a/', '/a/', '/a'],
    ['/:id', '/1', '/1/'],
    ['/:id/', '/1/', '/1'],
    ['/:id?', '/', undefined],
  ])('tells %s with and without trailing slash apart if strict', (pattern, yes, no) => {
    const table = tableOf([`GET ${pattern}`], { strict: true })
    expect(answer(table, 'GET', yes)).toMatchObject({ to: `GET ${pattern}` })
    expect(answer(table, 'GET', yes.replace('/', '//'))).toMatchObject({ to: `GET ${pattern}` })
    if (no !== undefined) expect(answer(table, 'GET', no)).toBe('not-found')
  })

  it('lets a strict wildcard be empty after its slash only', () => {
    const table = tableOf(['GET /a/*', 'GET /a'], { strict: true })
    expect(answer(table, 'GET', '/a/')).toMatchObject({ to: 'GET /a/*' })
    expect(answer(table, 'GET', '/a')).toMatchObject({ to: 'GET /a' })
  })
})

describe('answers', () => {
  it('are made once for paths without parameters', () => {
    const table = tableOf(['GET /a', 'GET /b/:id'])
    expect(table.match('GET', '/a')).toBe(table.match('GET', '/a/'))
    expect(Object.isFrozen(table.match('GET', '/a'))).toBe(true)
    expect(table.match('GET', '/b/1')).not.toBe(table.match('GET', '/b/1'))
  })

  it('have parameters that inherit nothing', () => {
    const table = tableOf(['GET /:id', 'GET /'])
    for (const path of ['/', '/1']) {
      const { params } = matched(table, path)
      expect('toString' in params || 'constructor' in params || '__proto__' in params).toBe(false)
    }
  })

  it('leave the table as it was declared', () => {
    const table = tableOf(['GET /b', 'GET /a'])
    expect(table.list().map((route) => route.pattern)).toEqual(['/b', '/a'])
    expect(Object.isFrozen(table) && Object.isFrozen(table.list()) && Object.isFrozen(table.list()[0])).toBe(
      true,
    )
  })
})
