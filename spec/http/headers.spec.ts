import { HeaderList, ListedHeaders, NO_HEADERS } from '../../lib/http/index.js'
import { fc } from '../support/properties.js'

describe('HeaderList', () => {
  it('ignores the case of names, keeps the order, and joins nothing', () => {
    const list = new HeaderList()
      .set('X-A', '1')
      .append('set-cookie', 'a')
      .append('Set-Cookie', 'b')
      .set('x-b', '2')
    expect([...list]).toEqual([
      ['x-a', '1'],
      ['set-cookie', 'a'],
      ['set-cookie', 'b'],
      ['x-b', '2'],
    ])
    expect(list.get('SET-COOKIE')).toBe('a')
    expect(list.getAll('Set-Cookie')).toEqual(['a', 'b'])
    expect([list.has('X-a'), list.has('x-c')]).toEqual([true, false])
  })

  it('set replaces every line of a name, delete takes all away', () => {
    const list = HeaderList.from({ 'x-a': ['1', '2', '3'], 'x-b': 4 })
    expect([...list.set('X-A', 'one')]).toEqual([
      ['x-a', 'one'],
      ['x-b', '4'],
    ])
    expect([...list.delete('X-A')]).toEqual([['x-b', '4']])
  })

  it.each(['a\nb', 'a\rb', 'a\0b', 'a\x7fb', ' a', 'a ', '\ta', 'Ā', '😀'])(
    'refuses the value %j',
    (value) => {
      expect(() => new HeaderList().set('x-a', value)).toThrow(/x-a cannot be sent/)
      expect(() => new HeaderList().append('x-a', value)).toThrow(/CORBEL_HEADER_INVALID|cannot be sent/)
    },
  )

  it.each(['', 'a b', 'a:b', 'a\n', 'é', '(a)'])('refuses the name %j', (name) => {
    expect(() => new HeaderList().append(name, 'x')).toThrow(/not a token/)
  })

  it('never keeps what could split a response', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (name, value) => {
        const list = new HeaderList()
        try {
          list.append(name, value)
        } catch {
          return list.flat.length === 0
        }
        // eslint-disable-next-line no-control-regex -- those are looked for
        return !/[\r\n\0]/.test(list.flat.join(''))
      }),
    )
  })

  it('frozen refuses changes; a clone can be changed', () => {
    const list = new HeaderList().set('x-a', '1').freeze()
    expect(() => list.set('x-a', '2')).toThrow(/frozen/)
    expect(() => list.append('x-b', '2')).toThrow(/frozen/)
    expect(() => list.delete('x-a')).toThrow(/frozen/)
    expect(() => NO_HEADERS.set('a', 'b')).toThrow(/frozen/)
    expect([...list.clone().set('x-a', '2')]).toEqual([['x-a', '2']])
    expect(list.get('x-a')).toBe('1')
  })
})

describe('ListedHeaders', () => {
  const view = (...lines: [string, string][]) =>
    new ListedHeaders(
      lines.map(([name]) => name),
      lines.map(([, value]) => value),
    )

  it('joins lines of one name (RFC 9110 §5.3), cookies with a semicolon', () => {
    const headers = view(['accept', 'a'], ['x', '1'], ['accept', 'b'], ['cookie', 'a=1'], ['cookie', 'b=2'])
    expect(headers.get('accept')).toBe('a, b')
    expect(headers.get('cookie')).toBe('a=1; b=2')
    expect(headers.getAll('accept')).toEqual(['a', 'b'])
    expect([headers.get('none'), headers.getAll('none'), headers.has('none')]).toEqual([undefined, [], false])
    expect(headers.lines()).toHaveLength(5)
  })

  it('gives the object that Node gives, without a prototype', () => {
    const headers = view(
      ['host', 'a'],
      ['host', 'b'],
      ['set-cookie', 'a'],
      ['set-cookie', 'b'],
      ['accept', 'x'],
      ['accept', 'y'],
      ['__proto__', 'z'],
    )
    const object = headers.toObject()
    expect(Object.entries(object)).toEqual([
      ['host', 'a'],
      ['set-cookie', ['a', 'b']],
      ['accept', 'x, y'],
      ['__proto__', 'z'],
    ])
    expect(Object.getPrototypeOf(object)).toBe(null)
    expect(headers.toObject()).toBe(object)
  })
})
