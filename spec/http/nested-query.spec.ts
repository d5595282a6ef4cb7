import { parseNestedQuery } from 'corbel/http'

const parsed = (text: string) => JSON.parse(JSON.stringify(parseNestedQuery(text))) as unknown

describe('names in brackets', () => {
  it.each([
    ['a=1&b=2&a=3', { a: ['1', '3'], b: '2' }],
    ['user[name]=x&user[age]=3', { user: { name: 'x', age: '3' } }],
    ['a[b][c][d]=1', { a: { b: { c: { d: '1' } } } }],
    ['tags[]=x', { tags: ['x'] }],
    ['tags[]=x&tags[]=y', { tags: ['x', 'y'] }],
    ['tags[1]=y&tags[0]=x', { tags: ['x', 'y'] }],
    ['tags[7]=y&tags[3]=x', { tags: ['x', 'y'] }],
    ['rows[0][a]=1&rows[0][b]=2&rows[1][a]=3', { rows: [{ a: '1', b: '2' }, { a: '3' }] }],
    ['rows[][a]=1&rows[][a]=2', { rows: [{ a: '1' }, { a: '2' }] }],
    ['a[b]=1&a[b]=2', { a: { b: ['1', '2'] } }],
    ['a[1]=1&a[]=2&a[]=3', { a: ['1', '2', '3'] }],
    ['a[]=1&a[x]=2', { a: { 0: '1', x: '2' } }],
    ['a[2024]=x', { a: { 2024: 'x' } }],
    ['a=1&a[b]=2', { a: { b: '2' } }],
    ['a[b]=2&a=1', { a: '1' }],
    ['a%5Bb%5D=1', { a: { b: '1' } }],
    ['a[b=1&[c]=2&d]=3&e[f]g=4', { 'a[b': '1', '[c]': '2', 'd]': '3', 'e[f]g': '4' }],
    ['', {}],
  ])('%s', (text, expected) => expect(parsed(text)).toEqual(expected))

  it('make lists of any length entry by entry, never by an index', () => {
    const text = Array.from({ length: 300 }, (_, index) => `a[]=${index}`).join('&')
    expect(parseNestedQuery(text)['a']).toHaveLength(300)
    expect(parsed('a[999999999]=x')).toEqual({ a: { 999999999: 'x' } })
  })

  it.each([
    '__proto__[polluted]',
    'a[__proto__][polluted]',
    'a[b][__proto__]',
    'a[constructor][prototype][polluted]',
    'a%5B__proto__%5D%5Bpolluted%5D',
  ])('that would reach a prototype are refused: %s', (name) => {
    const refused: unknown = expect.objectContaining({ code: 'CORBEL_QUERY_NAME', status: 400 })
    expect(() => parseNestedQuery(`a=1&${name}=1`)).toThrow(refused as Error)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  it('may be those of ordinary properties', () => {
    expect(parsed('a[constructor]=1&a[prototype]=2&a[toString]=3')).toEqual({
      a: { constructor: '1', prototype: '2', toString: '3' },
    })
    expect(Object.getPrototypeOf(parseNestedQuery('a[b]=1')['a'])).toBeNull()
  })

  it('are bounded in depth and number', () => {
    const deep = `a${'[b]'.repeat(32)}=1`
    const tooDeep: unknown = expect.objectContaining({ code: 'CORBEL_QUERY_TOO_DEEP', status: 400 })
    expect(() => parseNestedQuery(deep)).toThrow(tooDeep as Error)
    expect(() => parseNestedQuery(deep.replace('[b]', ''))).not.toThrow()
    const tooMany: unknown = expect.objectContaining({ code: 'CORBEL_QUERY_TOO_LARGE' })
    expect(() => parseNestedQuery('a[]=1&'.repeat(3), 2)).toThrow(tooMany as Error)
  })
})
