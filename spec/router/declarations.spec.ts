import { createRouteTable, findDuplicates, findRouteErrors } from 'corbel/router'
import { matched, routes, tableOf, thrownBy } from './routes.js'

describe('patterns that cannot be used', () => {
  it.each([
    ['/:id/:id', 'two parameters named "id"'],
    ['/:a/*a', 'two parameters named "a"'],
    ['/*a{/:b}', 'a wildcard takes what is optional after it'],
    ['/**', 'two parameters follow each other'],
    ['/{a}{b}{c}{d}{e}', 'more than 16 paths'],
    ['/a-:b?', 'only a whole segment can be optional'],
    ['/a?', '? makes nothing optional'],
    ['/:', 'a parameter has no name'],
    ['/:1', 'a parameter has no name'],
    ['/::a', 'a parameter has no name'],
    ['/:a:b', 'two parameters follow each other'],
    ['/:a(\\d+):b', 'two parameters follow each other'],
    ['/:a(\\d+', 'a ( is not closed'],
    ['/:a([)]', 'a ( is not closed'],
    ['/:a\\d+)', 'a ) has no ('],
    ['/(\\d+)', 'a constraint needs a parameter'],
    ['/a}', 'a } has no {'],
    ['/a{/:b', 'a { is not closed'],
    ['/{*a', 'a { is not closed'],
    ['/a{}', 'a { is not closed, or holds nothing'],
    ['/a{/}', 'a pair of braces is empty'],
    ['/:path*', 'write *path'],
    ['/:path+', 'write *path'],
    ['/a\\', 'escapes nothing'],
    ['/100%', 'write %25'],
    ['/%ff', 'write %25'],
    ['/a/../b', 'could never match'],
    ['/%2e', 'could never match'],
    ['/a%00', 'could never match'],
  ])('%s: %s', (pattern, problem) => {
    const error = thrownBy(() =>
      createRouteTable([{ method: 'GET', pattern, origin: 'UsersController.find', value: 1 }]),
    )
    expect(error.code).toBe('CORBEL_ROUTE_PATTERN')
    expect(error.details).toMatchObject({ pattern, origin: 'UsersController.find' })
    expect(error.message).toContain(`"${pattern}" of UsersController.find`)
    expect(error.message).toContain(problem)
  })

  it.each([
    ['*.example.com', 'a host has no wildcards'],
    ['localhost:3000', 'ports are not compared'],
    [':tenant.example.com:8080', 'ports are not compared'],
    ['a b.com', '" " stands in no host name'],
    ['example.com/api', '"/" stands in no host name'],
    ['bücher.example', '"ü" stands in no host name'],
    ['a..b', 'a label is empty'],
    ['', 'a label is empty'],
    [':a.:a', 'two parameters named "a"'],
    [':a?.com', 'cannot stand in a host'],
  ])('host %s: %s', (host, problem) => {
    const error = thrownBy(() =>
      createRouteTable([{ method: 'GET', pattern: '/', host, origin: 'x', value: 1 }]),
    )
    expect(error.code).toBe('CORBEL_ROUTE_PATTERN')
    expect(error.message).toContain(problem)
  })
})

describe('duplicates', () => {
  it.each([
    ['equal patterns', 'GET /users', 'GET /users'],
    ['other names', 'GET /users/:id', 'GET /users/:key'],
    ['a trailing slash', 'GET /users', 'GET /users/'],
    ['another spelling', 'GET /caf%C3%A9', 'GET café'],
    ['an optional end', 'GET /users/:id?', 'GET /users'],
    ['wildcards of other forms', 'GET /a/*', 'GET /a{/*rest}'],
    ['equal constraints', 'GET /:a(\\d+)', 'GET /:b(\\d+)'],
    ['equal hosts', 'GET //:a.Example.com/x', 'GET //:b.example.com/x'],
    ['every method', '* /x', '* /x'],
  ])('%s', (_, first, second) => {
    const errors = findDuplicates(routes(first, second))
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatchObject({ code: 'CORBEL_ROUTE_DUPLICATE', details: { first, second } })
  })

  it.each([
    ['methods', 'GET /x', 'POST /x'],
    ['every method and one', '* /x', 'GET /x'],
    ['case', 'GET /x', 'GET /X'],
    ['kinds', 'GET /:a', 'GET /*a'],
    ['constraints', 'GET /:a(\\d+)', 'GET /:a(\\w+)'],
    ['hosts', 'GET //a.com/x', 'GET //b.com/x'],
    ['a host and none', 'GET //a.com/x', 'GET /x'],
    ['an escaped slash', 'GET /a%2Fb', 'GET /a/b'],
  ])('are not routes that differ in %s', (_, first, second) => {
    expect(findRouteErrors(routes(first, second))).toEqual([])
  })

  it('follow the options of the table', () => {
    expect(findDuplicates(routes('GET /x', 'GET /X'), { caseSensitive: false })).toHaveLength(1)
    expect(findDuplicates(routes('GET /x', 'GET /x/'), { strict: true })).toHaveLength(0)
  })

  it('name both origins and what to do', () => {
    const [error] = findDuplicates([
      { method: 'GET', pattern: '/users/:id', origin: 'UsersController.find', value: 1 },
      { method: 'GET', pattern: '/users/:key', origin: 'UsersController.get', value: 2 },
    ])
    expect(error?.message).toBe(
      'GET /users/:id (also written /users/:key) is declared twice: by UsersController.find and by ' +
        'UsersController.get. Remove one of them or give it another path or method.',
    )
  })

  it('are reported together, with everything else that is wrong', () => {
    const declared = [
      ...routes('GET /a', 'GET /a', 'GET /a', 'GET /:'),
      { method: 'GET', pattern: '/n1', origin: 'A.x', name: 'n', value: '' },
      { method: 'GET', pattern: '/n2', origin: 'B.x', name: 'n', value: '' },
    ]
    const codes = [
      'CORBEL_ROUTE_PATTERN',
      'CORBEL_ROUTE_DUPLICATE',
      'CORBEL_ROUTE_DUPLICATE',
      'CORBEL_ROUTE_NAME',
    ]
    expect(findRouteErrors(declared).map((error) => error.code)).toEqual(codes)
    const thrown = thrownBy(() => createRouteTable(declared))
    expect(thrown).toBeInstanceOf(AggregateError)
    expect(thrown.errors.map((error: { code: string }) => error.code)).toEqual(codes)
  })
})

describe('hosts', () => {
  const table = tableOf([
    'GET /x',
    'GET //api.example.com/x',
    'GET //:tenant.example.com/x',
    'GET //:tenant.example.com/y/:id',
    'GET //:account.example.com/z',
    'POST //api.example.com/y/1',
    'GET //eu-:zone.example.com/x',
    'GET //:n(\\d+).example.com/x',
  ])

  it.each([
    [undefined, '/x', 'GET /x', {}],
    ['example.com', '/x', 'GET /x', {}],
    ['api.example.com', '/x', 'GET //api.example.com/x', {}],
    ['API.Example.COM:8080', '/x', 'GET //api.example.com/x', {}],
    ['api.example.com.', '/x', 'GET //api.example.com/x', {}],
    ['acme.example.com', '/x', 'GET //:tenant.example.com/x', { tenant: 'acme' }],
    ['acme.example.com', '/%78', 'GET //:tenant.example.com/x', { tenant: 'acme' }],
    ['acme.example.com', '/z', 'GET //:account.example.com/z', { account: 'acme' }],
    ['eu-west.example.com', '/x', 'GET //eu-:zone.example.com/x', { zone: 'west' }],
    ['42.example.com', '/x', 'GET //:n(\\d+).example.com/x', { n: '42' }],
    ['api.example.com', '/y/1', 'GET //:tenant.example.com/y/:id', { tenant: 'api' }],
    ['a.b.example.com', '/x', 'GET /x', {}],
    ['[::1]:3000', '/x', 'GET /x', {}],
    ['', '/x', 'GET /x', {}],
  ])('%s%s leads to %s', (host, path, to, hostParams) => {
    const found = matched(table, path, host)
    expect(found.route.value).toBe(to)
    expect({ ...found.hostParams }).toEqual(hostParams)
  })

  it('keep their parameters apart from those of the path', () => {
    expect(table.match('GET', '/y/7', 'acme.example.com')).toMatchObject({
      params: { id: '7' },
      hostParams: { tenant: 'acme' },
    })
  })

  it('join their methods for a refusal', () => {
    expect(table.match('PUT', '/y/1', 'api.example.com')).toMatchObject({
      allow: ['GET', 'HEAD', 'OPTIONS', 'POST'],
    })
    expect(table.match('PUT', '/y/1', 'other.org')).toMatchObject({ reason: 'not-found' })
    expect(table.match('PUT', '/..', 'api.example.com')).toMatchObject({ reason: 'malformed' })
  })
})
