import { createRouteTable } from 'corbel/router'
import { thrownBy } from './routes.js'

const named = (pattern: string, strict = false) =>
  createRouteTable([{ method: 'GET', pattern, origin: 'Spec.route', name: 'it', value: 1 }], { strict })

describe('links', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['/', {}, '/'],
    ['/users', {}, '/users'],
    ['/café/a b', {}, '/caf%C3%A9/a%20b'],
    ['/v1/things\\:batch', {}, '/v1/things:batch'],
    ['/users/:id', { id: 42 }, '/users/42'],
    ['/users/:id', { id: 'a/b c?d#e%f' }, '/users/a%2Fb%20c%3Fd%23e%25f'],
    ['/users/:id', { id: 'a@b+c', other: 1 }, '/users/a@b+c'],
    ['/:from-:to.:ext', { from: 1, to: 2, ext: 'json' }, '/1-2.json'],
    ['/users/:id?', {}, '/users'],
    ['/users/:id?', { id: 1 }, '/users/1'],
    ['/a{/:b/c}', {}, '/a'],
    ['/files/*path', { path: 'a b/c' }, '/files/a%20b/c'],
    ['/files/*path', { path: '/a' }, '/files/a'],
    ['/files{/*path}', {}, '/files'],
    ['/files/*', { '*': 'x/y' }, '/files/x/y'],
    ['/a{/:b}{/*rest}', { b: 1 }, '/a/1'],
    ['/a{/:b}{/*rest}', {}, '/a'],
    ['/:y(\\d{4})', { y: 2024 }, '/2024'],
  ])('%s with %j is %s', (pattern, params, path) => {
    const table = named(pattern)
    expect(table.link('it', params)).toBe(path)
    expect(table.match('GET', path).route?.name).toBe('it')
  })

  it('take numbers of any size and booleans', () => {
    expect(named('/:a/:b').link('it', { a: 10n ** 20n, b: true })).toBe('/100000000000000000000/true')
  })

  it('keep the trailing slash that a strict table needs', () => {
    expect(named('/users/', true).link('it')).toBe('/users/')
  })

  it.each<[string, Record<string, unknown>, string]>([
    ['/users/:id', {}, 'is missing'],
    ['/users/:id', { id: '' }, 'is missing'],
    ['/users/:id', { id: null }, 'is missing'],
    ['/files/*id', {}, 'is missing'],
    ['/a{/:id}{/*rest}', { rest: 'x' }, 'is missing'],
    ['/users/:id', { id: {} }, 'is of type object'],
    ['/users/:id', { id: '..' }, 'makes a dot segment'],
    ['/files/*id', { id: 'a/../b' }, 'holds a dot segment'],
    ['/users/:id', { id: '\ud800' }, 'holds half a surrogate pair'],
    ['/users/:id(\\d+)', { id: 'x' }, 'does not meet its constraint (\\d+)'],
  ])('to %s with %j fail: %s', (pattern, params, problem) => {
    const error = thrownBy(() => named(pattern).link('it', params))
    expect(error).toMatchObject({ code: 'CORBEL_LINK_PARAM', details: { name: 'it', param: 'id', pattern } })
    expect(error.message).toContain(problem)
  })

  it('to an unknown name fail', () => {
    expect(thrownBy(() => named('/').link('other')).code).toBe('CORBEL_LINK_UNKNOWN')
  })

  it('use the first of the paths that one handler has', () => {
    const route = { method: 'GET', origin: 'Spec.route', name: 'it', value: 1 }
    const table = createRouteTable([
      { ...route, pattern: '/first' },
      { ...route, pattern: '/second' },
    ])
    expect(table.link('it')).toBe('/first')
  })
})
