import { HttpRequest, MemoryExchange, parseQuery, statusText } from '../../lib/http/index.js'
import { fc } from '../support/properties.js'

const requestOf = (target: string, headers: Record<string, string> = {}, more: object = {}) =>
  new HttpRequest(new MemoryExchange({ method: 'get', target, headers: Object.entries(headers), ...more }))

describe('HttpRequest', () => {
  it('tells method, URL, path and query', () => {
    const request = requestOf('/a/b?c=d&c=e')
    expect([request.method, request.url, request.originalUrl, request.path]).toEqual([
      'GET',
      '/a/b?c=d&c=e',
      '/a/b?c=d&c=e',
      '/a/b',
    ])
    expect({ ...request.query }).toEqual({ c: ['d', 'e'] })
  })

  it('tells host, protocol and address', () => {
    const request = requestOf('/', { Host: 'api.example.com:8080' })
    expect([request.host, request.hostname, request.protocol, request.secure, request.ip]).toEqual([
      'api.example.com:8080',
      'api.example.com',
      'http',
      false,
      '127.0.0.1',
    ])
    expect(requestOf('/', {}, { scheme: 'https' }).secure).toBe(true)
  })

  it('finds headers whatever their case', () => {
    const request = requestOf('/', { 'X-Own': '1' })
    expect([request.get('x-own'), request.header('X-OWN'), request.headers['x-own']]).toEqual(['1', '1', '1'])
  })

  it.each([
    ['application/json; charset=utf-8', 'json', 'application/json'],
    ['application/vnd.api+json', 'json', 'application/vnd.api+json'],
    ['text/html', 'text/*', 'text/html'],
    ['text/html', 'application/json', false],
    ['Application/JSON', 'application/json', 'application/json'],
  ])('is: content type %s against %s', (type, asked, answer) => {
    expect(requestOf('/', { 'content-type': type }).is(asked)).toBe(answer)
  })

  it('is: false without a content type', () => {
    expect(requestOf('/').is('json')).toBe(false)
  })

  it('decodes cookies, and takes properties of the application', () => {
    const request = requestOf('/', { cookie: 'a=1%202; b=%zz' })
    expect(request.cookies['a']).toBe('1 2')
    expect(request.cookies['b']).toBe('%zz')
    request['user'] = 'ada'
    expect(request['user']).toBe('ada')
  })
})

describe('parseQuery', () => {
  it.each<[string, Record<string, string | string[]>]>([
    ['', {}],
    ['a', { a: '' }],
    ['a=', { a: '' }],
    ['=b', { '': 'b' }],
    ['a=b=c', { a: 'b=c' }],
    ['a=1&&b=2&', { a: '1', b: '2' }],
    ['a=1&a=2&a=3', { a: ['1', '2', '3'] }],
    ['a+b=c+d%2Be', { 'a b': 'c d+e' }],
    ['%61=%C3%A9', { a: 'é' }],
    ['a[]=1&a[b]=2', { 'a[]': '1', 'a[b]': '2' }],
  ])('%s', (text, expected) => {
    expect({ ...parseQuery(text) }).toEqual(expected)
  })

  it('has no prototype, so that no name reaches one', () => {
    const params = parseQuery('__proto__=1&constructor=2')
    expect(Object.getPrototypeOf(params)).toBe(null)
    expect([params['__proto__'], params['constructor'], params['toString']]).toEqual(['1', '2', undefined])
  })

  it('refuses malformed escapes and too many parameters', () => {
    expect(() => parseQuery('a=%')).toThrow(/malformed percent-encoding/)
    expect(() => parseQuery('%ff=1')).toThrow(/malformed/)
    expect(() => parseQuery('a&'.repeat(1001))).toThrow(/more than 1000/)
    expect(() => parseQuery('a&b&c', 2)).toThrow(/more than 2/)
  })

  it('reads what URLSearchParams writes', () => {
    const pairs = fc.uniqueArray(fc.tuple(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })), {
      selector: ([name]) => name,
    })
    fc.assert(
      fc.property(pairs, (entries) => {
        const written = new URLSearchParams(entries).toString()
        const expected = Object.assign(Object.create(null), Object.fromEntries(new URLSearchParams(written)))
        expect({ ...parseQuery(written) }).toEqual({ ...expected })
      }),
    )
  })
})

describe('statusText', () => {
  it('knows the registered phrases', () => {
    expect([statusText(200), statusText(404), statusText(418), statusText(799)]).toEqual([
      'OK',
      'Not Found',
      "I'm a teapot",
      'Unknown',
    ])
  })
})
