import { CorbelError } from '../../../lib/common/index.js'
import { DEFAULT_LIMITS } from '../../../lib/server/index.js'
import { HeadParser } from '../../../lib/server/h1/codec.js'
import { Intake } from '../../../lib/server/h1/intake.js'
import { H1Headers } from '../../../lib/server/h1/headers.js'
import { bytewise } from '../start.js'

const parser = new HeadParser(DEFAULT_LIMITS)

interface Head {
  method: string
  target: string
  authority: string
  minor: number
  bodyLength: number
  persistent: boolean
  expectsContinue: boolean
  upgrade: string | undefined
  fields: (readonly [string, string])[]
  rest: string
}

/** Gives the pieces to an intake, one after the other, and reads one head. */
function read(...pieces: string[]): Head | undefined {
  const intake = new Intake(parser, DEFAULT_LIMITS)
  let complete = false
  let rest = ''
  for (const piece of pieces) {
    const bytes = Buffer.from(piece, 'latin1')
    if (complete) rest += bytes.toString('latin1')
    else {
      intake.add(bytes)
      complete = intake.readHead()
    }
  }
  if (!complete) return undefined
  const { fieldsStart, fieldsEnd } = parser
  const headers = new H1Headers(intake.text, fieldsStart - intake.base, fieldsEnd - intake.base)
  return {
    method: parser.method,
    target: parser.target,
    authority: parser.authority,
    minor: parser.minor,
    bodyLength: parser.bodyLength,
    persistent: parser.persistent,
    expectsContinue: parser.expectsContinue,
    upgrade: parser.upgrade,
    fields: [...headers.lines()],
    rest: Buffer.from(intake.takeRest()).toString('latin1') + rest,
  }
}

function refusal(bytes: string): number | string | undefined {
  try {
    return read(bytes) === undefined ? 'incomplete' : 'accepted'
  } catch (error) {
    return error instanceof CorbelError ? error.status : String(error)
  }
}

const LONG = 'x'.repeat(9000)

describe('a request head', () => {
  it('gives method, target, authority, version and fields', () => {
    const text =
      'DELETE /a/b?c=%20d HTTP/1.1\r\nHost: example.com:8080\r\nX-One:  1 \t\r\nx-one:2\r\nEmpty:\r\n\r\nREST'
    expect(read(text)).toEqual({
      method: 'DELETE',
      target: '/a/b?c=%20d',
      authority: 'example.com:8080',
      minor: 1,
      bodyLength: 0,
      persistent: true,
      expectsContinue: false,
      upgrade: undefined,
      fields: [
        ['host', 'example.com:8080'],
        ['x-one', '1'],
        ['x-one', '2'],
        ['empty', ''],
      ],
      rest: 'REST',
    })
  })

  // prettier-ignore
  const accepted: [rule: string, bytes: string, expected: Partial<Head>][] = [
    ['knows methods by their whole name', 'GETTER / HTTP/1.1\r\nHost: a\r\n\r\n', { method: 'GETTER' }],
    ['takes any token as method (RFC 9110 §9.1)', "M-!#$%&'*+.^_`|~9 / HTTP/1.1\r\nHost: a\r\n\r\n", { target: '/' }],
    ['keeps methods case-sensitive (RFC 9110 §9.1)', 'get / HTTP/1.1\r\nHost: a\r\n\r\n', { method: 'get' }],
    ['forgives a few empty lines before it (RFC 9112 §2.2)', '\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n', { target: '/' }],
    ['takes the authority of an absolute target (RFC 9112 §3.2.2)', 'GET HTTP://b:81/p?q HTTP/1.1\r\nHost: a\r\n\r\n', { target: '/p?q', authority: 'b:81' }],
    ['gives an absolute target without path a path', 'GET http://b?q HTTP/1.1\r\nHost: a\r\n\r\n', { target: '/?q', authority: 'b' }],
    ['takes * for OPTIONS (RFC 9112 §3.2.4)', 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n', { target: '*', authority: 'a' }],
    ['reads OPTIONS of a bare authority as * (RFC 9112 §3.2.4)', 'OPTIONS http://b HTTP/1.1\r\nHost: a\r\n\r\n', { target: '*', authority: 'b' }],
    ['takes IPv6 hosts', 'GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n', { authority: '[::1]:80' }],
    ['does without Host in HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n', { minor: 0, authority: '', persistent: false }],
    ['lets HTTP/1.0 ask for persistence (RFC 9112 §9.3)', 'GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n', { persistent: true }],
    ['ends with Connection: close', 'GET / HTTP/1.1\r\nHost: a\r\nConnection: CLOSE\r\n\r\n', { persistent: false }],
    ['finds close in a list', 'GET / HTTP/1.1\r\nHost: a\r\nConnection: foo , close\r\n\r\n', { persistent: false }],
    ['lets close win over keep-alive', 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nConnection: keep-alive\r\n\r\n', { persistent: false }],
    ['reads Content-Length', 'POST / HTTP/1.1\r\nHost: a\r\nCONTENT-LENGTH: 0042\r\n\r\n', { bodyLength: 42 }],
    ['reads chunked in any case', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n', { bodyLength: -1 }],
    ['notes that the client waits for 100', 'PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n', { expectsContinue: true }],
    ['needs no 100 without a body', 'PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n', { expectsContinue: false }],
    ['ignores 100-continue in HTTP/1.0 (RFC 9110 §10.1.1)', 'PUT / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n', { expectsContinue: false }],
    ['takes later minor versions for 1.1 (RFC 9110 §2.5)', 'GET / HTTP/1.2\r\nHost: a\r\n\r\n', { minor: 1, persistent: true }],
    ['offers an upgrade', 'GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n', { upgrade: 'websocket' }],
    ['offers none that Connection does not name (RFC 9110 §7.8)', 'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n', { upgrade: undefined }],
    ['lets obs-text through in values (RFC 9110 §5.5)', 'GET / HTTP/1.1\r\nHost: a\r\nX: \xa0\xe9\xff \r\n\r\n', { fields: [['host', 'a'], ['x', '\xa0\xe9\xff']] }],
  ]
  it.each(accepted)('%s', (_, bytes, expected) => {
    expect(read(bytes)).toMatchObject(expected)
  })

  const fields = (...lines: string[]) => ['GET / HTTP/1.1', 'Host: a', ...lines, '', ''].join('\r\n')
  // prettier-ignore
  const refused: [rule: string, status: number, bytes: string][] = [
    ['a bare LF after the request line (RFC 9112 §2.2)', 400, 'GET / HTTP/1.1\nHost: a\r\n\r\n'],
    ['a bare LF after a field', 400, 'GET / HTTP/1.1\r\nHost: a\n\r\n'],
    ['a bare LF as the empty line', 400, 'GET / HTTP/1.1\r\nHost: a\r\n\nGET'],
    ['a bare CR in a value', 400, fields('X: a\rb')],
    ['a bare CR instead of the empty line', 400, 'GET / HTTP/1.1\r\nHost: a\r\n\rX'],
    ['a bare CR before the request line', 400, '\rGET / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['many empty lines', 400, '\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\n'],
    ['two spaces after the method (RFC 9112 §3)', 400, 'GET  / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['two spaces before the version', 400, 'GET /  HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a space after the version', 400, 'GET / HTTP/1.1 \r\nHost: a\r\n\r\n'],
    ['a space before the method', 400, ' GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a method that is not a token', 400, 'G(T / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['an endless method', 501, 'G'.repeat(33)],
    ['HTTP/0.9', 400, 'GET /\r\n\r\n'],
    ['a lower-case protocol name', 400, 'GET / http/1.1\r\nHost: a\r\n\r\n'],
    ['HTTP/1.10, which has a digit too many', 400, 'GET / HTTP/1.10\r\nHost: a\r\n\r\n'],
    ['HTTP/2.0', 505, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['HTTP/2', 505, 'GET / HTTP/2\r\nHost: a\r\n\r\n'],
    ['a TLS greeting', 400, '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['a control character in the target', 400, 'GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a byte above 0x7f in the target', 400, 'GET /\xe9 HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a fragment in the target', 400, 'GET /#a HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a target in no known form', 400, 'GET foo HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['an absolute target of another scheme', 400, 'GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['an absolute target with user information (RFC 9110 §4.2.4)', 400, 'GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['an absolute target without authority', 400, 'GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['* for anything but OPTIONS', 400, 'GET * HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['CONNECT', 501, 'CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a target beyond 8 KiB', 414, `GET /${LONG} HTTP/1.1\r\nHost: a\r\n\r\n`],
    ['a target beyond 8 KiB before its end is seen', 414, `GET /${LONG}`],
    ['a head beyond 16 KiB', 431, fields(`X: ${LONG}`, `Y: ${LONG}`)],
    ['a head beyond 16 KiB before its end is seen', 431, fields(`X: ${LONG}`).slice(0, -2) + `Y: ${LONG}`],
    ['more than 100 fields', 431, fields(...Array.from({ length: 100 }, (_, i) => `X${i}: 1`))],
    ['space before the colon (RFC 9112 §5.1)', 400, fields('X : 1')],
    ['a field without name', 400, fields(': 1')],
    ['a field without colon', 400, fields('X')],
    ['a name that is not a token', 400, fields('X(: 1')],
    ['a name with bytes above 0x7f', 400, fields('\xe9: 1')],
    ['a folded line (RFC 9112 §5.2)', 400, fields('X: 1', ' 2')],
    ['a folded line by tab', 400, fields('X: 1', '\t2')],
    ['a NUL in a value (RFC 9110 §5.5)', 400, fields('X: a\0b')],
    ['a DEL in a value', 400, fields('X: a\x7f')],
    ['no Host (RFC 9112 §3.2)', 400, 'GET / HTTP/1.1\r\n\r\n'],
    ['two Hosts', 400, fields('host: a')],
    ...['', ' ', 'a b', 'a/b', 'a@b', 'a:80x', 'a:1:2', ':80', '[::1', '[]', '[::1]x', 'a]', 'a[', 'a,\xe9', 'a?b', 'a\\b'].map(
      (host): [string, number, string] => [`Host ${JSON.stringify(host)}`, 400, `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`],
    ),
    ...['', '+1', '-1', '1a', '0x1', '1 1', '1.0', '1,1', '1, 1', '9007199254740992', '9'.repeat(400)].map(
      (length): [string, number, string] => [`Content-Length ${JSON.stringify(length.slice(0, 20))} (RFC 9110 §8.6)`, 400, fields(`Content-Length: ${length}`)],
    ),
    ['Content-Length twice, even if equal', 400, fields('Content-Length: 1', 'Content-Length: 1')],
    ['Content-Length and Transfer-Encoding (RFC 9112 §6.3)', 400, fields('Content-Length: 1', 'Transfer-Encoding: chunked')],
    ['Transfer-Encoding and Content-Length', 400, fields('Transfer-Encoding: chunked', 'Content-Length: 0')],
    ['Transfer-Encoding in HTTP/1.0 (RFC 9112 §6.1)', 400, 'POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['chunked twice in a list', 400, fields('Transfer-Encoding: chunked, chunked')],
    ['chunked twice in two lines', 400, fields('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked')],
    ['chunked that is not last', 400, fields('Transfer-Encoding: chunked, gzip')],
    ['an empty coding', 400, fields('Transfer-Encoding: ,chunked')],
    ['no coding', 400, fields('Transfer-Encoding:')],
    ['an unknown coding alone', 400, fields('Transfer-Encoding: gzip')],
    ['an unknown coding before chunked', 501, fields('Transfer-Encoding: gzip, chunked')],
    ['the coding identity, which is no more', 400, fields('Transfer-Encoding: identity')],
    ['a coding that only looks like chunked', 400, fields('Transfer-Encoding: xchunked')],
    ['a quoted coding', 400, fields('Transfer-Encoding: "chunked"')],
    ['an unknown expectation (RFC 9110 §10.1.1)', 417, fields('Expect: 200-ok')],
  ]
  it.each(refused)('is refused for %s: %i', (_, status, bytes) => {
    expect(refusal(bytes)).toBe(status)
  })

  it('is the same wherever it is split', () => {
    const text =
      '\r\nPOST http://b/x HTTP/1.1\r\nHost: a\r\nX: \xe9 1\r\nTransfer-Encoding: chunked\r\nconnection: close\r\n\r\nREST'
    const whole = read(text)
    expect(whole).toMatchObject({ method: 'POST', target: '/x', bodyLength: -1, rest: 'REST' })
    for (let i = 1; i < text.length; i++) expect(read(text.slice(0, i), text.slice(i))).toEqual(whole)
    expect(read(...bytewise(text))).toEqual(whole)
  })

  it('is refused with the same status, if perhaps later, wherever it is split', () => {
    for (const [rule, status, bytes] of refused) {
      if (bytes.length > 2000) continue
      const closed = bytes + '\r\n\r\n'
      for (let i = 1; i < bytes.length; i++) {
        expect(() => read(closed.slice(0, i), closed.slice(i)), `${rule} at ${i}`).toThrow(
          expect.objectContaining({ status }),
        )
      }
      expect(() => read(...bytewise(closed)), rule).toThrow(expect.objectContaining({ status }))
    }
  })

  it('is refused at the limit also where it comes in single bytes', () => {
    expect(() => read(...bytewise(`GET /${LONG}${LONG}`))).toThrow(expect.objectContaining({ status: 414 }))
    expect(() => read(...bytewise(fields(`X: ${LONG}`, `Y: ${LONG}`)))).toThrow(
      expect.objectContaining({ status: 431 }),
    )
  })

  it('may be as large as the limits say, to the byte', () => {
    const room = DEFAULT_LIMITS.maxHeadSize - fields('X: ', 'Y: 1').length
    const exact = fields(`X: ${'x'.repeat(room)}`, 'Y: 1')
    expect(exact.length).toBe(DEFAULT_LIMITS.maxHeadSize)
    expect(read(exact)?.fields).toHaveLength(3)
    expect(read(...bytewise(exact))?.fields).toHaveLength(3)
    expect(refusal(exact.replace('Y: 1', 'Y: 12'))).toBe(431)
    const target = '/' + 'x'.repeat(DEFAULT_LIMITS.maxTargetLength - 1)
    expect(read(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`)?.target).toBe(target)
  })

  it('costs a sender of single bytes no more than their number', () => {
    let looked = 0
    class Counting extends HeadParser {
      override parse(bytes: Uint8Array, start: number, end: number): boolean {
        looked += end - start
        return super.parse(bytes, start, end)
      }
    }
    const intake = new Intake(new Counting(DEFAULT_LIMITS), DEFAULT_LIMITS)
    const text = fields(`X: ${LONG}`)
    for (const byte of text) {
      intake.add(Buffer.from(byte, 'latin1'))
      intake.readHead()
    }
    expect(looked).toBeLessThan(2 * text.length)
  })
})

describe('request headers', () => {
  const text = 'Host: a\r\nCookie: a=1\r\nACCEPT:x\r\naccept: y\r\ncookie: b=2\r\nX_Y: \t1\r\nx-empty:\r\n'
  const headers = new H1Headers('GET / HTTP/1.1\r\n' + text + '\r\n', 16, 16 + text.length)

  it('are found by lower-case name, whatever their case on the wire', () => {
    expect(headers.get('host')).toBe('a')
    expect(headers.get('x_y')).toBe('1')
    expect(headers.get('x-empty')).toBe('')
    expect(headers.has('accept')).toBe(true)
    expect(headers.get('x-y')).toBeUndefined()
    expect(headers.has('missing')).toBe(false)
  })

  it('are joined by comma, cookies by semicolon (RFC 9110 §5.3, RFC 6265 §5.4)', () => {
    expect(headers.get('accept')).toBe('x, y')
    expect(headers.get('cookie')).toBe('a=1; b=2')
    expect(headers.getAll('accept')).toEqual(['x', 'y'])
  })

  it('can be listed and turned into an object, once', () => {
    expect(headers.lines()[2]).toEqual(['accept', 'x'])
    expect({ ...headers.toObject() }).toEqual({
      host: 'a',
      cookie: 'a=1; b=2',
      accept: 'x, y',
      x_y: '1',
      'x-empty': '',
    })
    expect(headers.toObject()).toBe(headers.toObject())
  })
})
