import * as fc from 'fast-check'

const latin1 = fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte))
const characters = (text: string) => fc.constantFrom(...text.split(''))
const token = fc.string({ unit: characters("abcXYZ09-_!#$%&'*+.^`|~"), minLength: 1, maxLength: 12 })
const value = fc.string({ unit: characters('abc 019,;="\t\xe9'), maxLength: 20 })
const rubbish = fc.string({ unit: latin1, maxLength: 6 })

/** Mostly the first, now and then one of the others. */
const mostly = <T>(usual: fc.Arbitrary<T>, ...rare: fc.Arbitrary<T>[]) =>
  fc.oneof(
    { weight: 60 * rare.length, arbitrary: usual },
    ...rare.map((arbitrary) => ({ weight: 1, arbitrary })),
  )

const path = fc.string({ unit: characters('/ab?%20=&.;'), maxLength: 12 }).map((text) => `/${text}`)
const target = mostly(
  path,
  fc.constantFrom('*', 'http://b/c', 'http://b', 'https://[::1]:8/?d', 'http://u@b/', 'b:80', '//', '/#'),
  rubbish,
)
const method = mostly(fc.constantFrom('GET', 'POST', 'HEAD', 'PUT', 'OPTIONS', 'DELETE'), token, rubbish)
const version = mostly(
  fc.constant('HTTP/1.1'),
  fc.constantFrom('HTTP/1.0', 'HTTP/1.2', 'HTTP/2.0', 'http/1.1', ''),
  rubbish,
)
const eol = mostly(fc.constant('\r\n'), fc.constantFrom('\n', '\r', '\r\r\n', '\n\r', ' \r\n', '\r\n '))
const colon = mostly(fc.constantFrom(': ', ':', ':\t '), fc.constantFrom(' : ', '', '\t:', ':\0'))
const field = mostly(
  fc.tuple(token, colon, value, eol).map((parts) => parts.join('')),
  fc.constantFrom(
    'Connection: close\r\n',
    'Connection: keep-alive\r\n',
    'Expect: 100-continue\r\n',
    'Expect: x\r\n',
  ),
  fc.constantFrom(
    'Content-Length: 3\r\n',
    'Transfer-Encoding: chunked\r\n',
    'Host: b\r\n',
    'Upgrade: x\r\nConnection: upgrade\r\n',
  ),
)
const host = mostly(
  fc.constant('Host: a\r\n'),
  fc.constantFrom('', 'Host: a:80\r\n', 'host: [::1]\r\n', 'Host: a b\r\n', 'Host:\r\n'),
)

const extension = mostly(
  fc.constantFrom('', '', '', ';a', ';a=b', ' ; a = "\\"b" '.trimEnd()),
  fc.constantFrom(';', ' ', ';a="', ';a=', ';\n', ';a\0'),
  rubbish,
)
const chunk = fc.tuple(fc.string({ unit: latin1, minLength: 1, maxLength: 20 }), extension, eol, eol, mostly(fc.constant(0), fc.integer({ min: -1, max: 2 })))
  .map(([content, ext, first, second, off]) => `${(content.length + off).toString(16)}${ext}${first}${content}${second}`) // prettier-ignore
const trailer = mostly(
  fc.constant(''),
  fc.constantFrom('X: 1\r\n', 'X:\r\ny: 2\r\n', 'Host: a\r\n', 'X : 1\r\n', ' x\r\n'),
)
const chunkedBody = fc
  .tuple(
    fc.array(chunk, { maxLength: 3 }),
    mostly(fc.constant('0'), fc.constantFrom('000', '0;a', '')),
    eol,
    trailer,
    eol,
  )
  .map(([chunks, last, first, trailers, second]) => chunks.join('') + last + first + trailers + second)

const body = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ line: '', content: '' }) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.string({ unit: latin1, maxLength: 30 }),
        mostly(fc.constant(0), fc.integer({ min: -2, max: 2 })),
      )
      .map(([content, off]) => ({ line: `Content-Length: ${content.length + off}\r\n`, content })),
  },
  {
    weight: 3,
    arbitrary: chunkedBody.map((content) => ({ line: 'Transfer-Encoding: chunked\r\n', content })),
  },
)

const request = fc
  .record({ method, target, version, eol, host, before: fc.array(field, { maxLength: 3 }), body, behind: fc.array(field, { maxLength: 2 }), end: eol })
  .map((parts) => [
    `${parts.method} ${parts.target} ${parts.version}${parts.eol}`,
    parts.host,
    ...parts.before,
    parts.body.line,
    ...parts.behind,
    parts.end,
    parts.body.content,
  ].join('')) // prettier-ignore

/** A few requests on one connection, each in order or nearly so. */
export const nearlyValid: fc.Arbitrary<string> = fc
  .tuple(
    mostly(fc.constant(''), fc.constantFrom('\r\n', '\r\n\r\n', '\n')),
    fc.array(request, { minLength: 1, maxLength: 4 }),
  )
  .map(([lead, requests]) => lead + requests.join(''))
