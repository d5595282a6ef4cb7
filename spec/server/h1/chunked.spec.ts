import { ChunkedDecoder } from '../../../lib/server/h1/chunked.js'
import { DEFAULT_LIMITS } from '../../../lib/server/index.js'
import { bytewise } from '../start.js'

const decode = (...pieces: string[]) => {
  const decoder = new ChunkedDecoder(DEFAULT_LIMITS)
  let body = ''
  let rest = ''
  for (const piece of pieces) {
    const bytes = Buffer.from(piece, 'latin1')
    const end = decoder.decode(bytes, 0, (part) => (body += Buffer.from(part).toString('latin1')))
    rest += bytes.toString('latin1', end)
  }
  return { body, rest, done: decoder.done, trailers: decoder.trailers?.lines() }
}

const WHOLE =
  '5\r\nhello\r\n00A ; a=b;c="d;e" ;f\r\n0123\r\n6789\r\n0;x\r\nX-Trailer: 1\r\nEmpty:\r\n\r\nREST'

describe('a chunked body', () => {
  it('is decoded, with extensions dropped and trailers kept (RFC 9112 §7.1)', () => {
    expect(decode(WHOLE)).toEqual({
      body: 'hello0123\r\n6789',
      rest: 'REST',
      done: true,
      trailers: [
        ['x-trailer', '1'],
        ['empty', ''],
      ],
    })
    expect(decode('0\r\n\r\n')).toEqual({ body: '', rest: '', done: true, trailers: undefined })
    expect(decode('F\r\n0123456789abcde\r\n000\r\n\r\n').body).toBe('0123456789abcde')
  })

  it('is the same wherever it is split', () => {
    const whole = decode(WHOLE)
    for (let i = 1; i < WHOLE.length; i++) expect(decode(WHOLE.slice(0, i), WHOLE.slice(i))).toEqual(whole)
    expect(decode(...bytewise(WHOLE))).toEqual(whole)
  })

  it('is not done before its last byte', () => {
    const end = WHOLE.length - 'REST'.length
    for (let i = 0; i < end; i++) expect(decode(WHOLE.slice(0, i)).done).toBe(false)
    expect(decode(WHOLE.slice(0, end)).done).toBe(true)
  })

  it('keeps trailers that only make sense before the body from everyone (RFC 9110 §6.5.1)', () => {
    const { trailers } = decode('0\r\nAuthorization: a\r\nX: \t b \xa0 \r\nCookie: c\r\nx: d\r\n\r\n')
    expect(trailers).toEqual([
      ['x', 'b \xa0'],
      ['x', 'd'],
    ])
  })

  // prettier-ignore
  it.each([
    ['a size with a sign', 400, '+1\r\nx\r\n0\r\n\r\n'],
    ['a size with a prefix', 400, '0x1\r\nx\r\n0\r\n\r\n'],
    ['a size that is not hexadecimal', 400, 'g\r\n'],
    ['no size', 400, '\r\n'],
    ['an extension without size', 400, ';a\r\n'],
    ['space before a size', 400, ' 1\r\nx\r\n'],
    ['space after a size', 400, '1 \r\nx\r\n'],
    ['a size with an underscore', 400, '1_0\r\n'],
    ['a size beyond 52 bits', 400, '10000000000000\r\n'],
    ['a size with many leading zeros', 400, '00000000000001\r\n'],
    ['a bare LF after a size', 400, '1\nx\r\n0\r\n\r\n'],
    ['a bare CR after a size', 400, '1\rx\r\n0\r\n\r\n'],
    ['a bare LF in an extension', 400, '1;a\nx\r\n0\r\n\r\n'],
    ['a bare CR in an extension', 400, '1;a\rb\r\n'],
    ['an extension without name', 400, '1;\r\nx\r\n0\r\n\r\n'],
    ['an extension with an empty value', 400, '1;a=\r\nx\r\n0\r\n\r\n'],
    ['an extension with an open quote', 400, '1;a="\r\nx\r\n0\r\n\r\n'],
    ['space behind an extension', 400, '1;a \r\nx\r\n0\r\n\r\n'],
    ['an extension whose name is not a token', 400, '1;(\r\nx\r\n0\r\n\r\n'],
    ['a NUL in an extension', 400, '1;a\0\r\n'],
    ['a chunk longer than its size', 400, '1\r\nxy\r\n0\r\n\r\n'],
    ['a chunk shorter than its size', 400, '3\r\nxy\r\n0\r\n\r\n'],
    ['a bare LF after a chunk', 400, '1\r\nx\n0\r\n\r\n'],
    ['a bare CR after a chunk', 400, '1\r\nx\r0\r\n\r\n'],
    ['a bare LF at the end', 400, '0\r\n\n'],
    ['a bare CR at the end', 400, '0\r\n\rX'],
    ['a trailer without colon', 400, '0\r\nX\r\n\r\n'],
    ['a trailer without name', 400, '0\r\n: x\r\n\r\n'],
    ['a trailer with space before the colon', 400, '0\r\nX : 1\r\n\r\n'],
    ['a folded trailer', 400, '0\r\nX: 1\r\n 2\r\n\r\n'],
    ['a trailer that ends in LF', 400, '0\r\nX: 1\n\r\n'],
    ['a trailer that ends in CR', 400, '0\r\nX: 1\rY'],
    ['a control character in a trailer', 400, '0\r\nX: \x01\r\n\r\n'],
    ['Content-Length as a trailer (RFC 9110 §6.5.1)', 400, '0\r\nContent-Length: 1\r\n\r\n'],
    ['Transfer-Encoding as a trailer', 400, '0\r\ntransfer-encoding: chunked\r\n\r\n'],
    ['more than 100 trailers', 431, `0\r\n${'x: 1\r\n'.repeat(101)}\r\n`],
    ['extensions beyond 4 KiB', 413, `1;${'x'.repeat(4096)}\r\n`],
    ['extensions beyond 4 KiB over many chunks', 413, '1;abcdefg\r\nx\r\n'.repeat(600)],
    ['trailers beyond 8 KiB', 431, `0\r\nX: ${'x'.repeat(8192)}\r\n\r\n`],
  ])('is refused for %s: %i', (_, status, bytes) => {
    expect(() => decode(bytes)).toThrow(expect.objectContaining({ status }))
    expect(() => decode(...bytewise(bytes))).toThrow(expect.objectContaining({ status }))
  })
})
