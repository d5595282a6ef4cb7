import { accept, close, get, head, post, refuse, rules, type Rule } from '../rule.js'

/** What an attacker wants to be taken for a request of its own. */
const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n'
const LENGTH = `Content-Length: ${SMUGGLED.length}`
const SIZE = SMUGGLED.length.toString(16)
const CHUNKED_END = `0\r\n\r\n${SMUGGLED}`
const both = (length: string, coding: string) => post(`Content-Length: ${length}`, coding) + CHUNKED_END
const coded = (...lines: string[]) => post(...lines) + CHUNKED_END

/** Ways to write Transfer-Encoding that only some parsers take for it, or for chunked. */
const OBSCURED: readonly string[] = [
  'Transfer-Encoding : chunked',
  'Transfer-Encoding\t: chunked',
  'Transfer-Encoding\0: chunked',
  'Transfer-Encoding\x0b: chunked',
  'Transfer-Encoding\xa0: chunked',
  'Transfer-Encoding;: chunked',
  '"Transfer-Encoding": chunked',
  ' Transfer-Encoding: chunked',
  '\tTransfer-Encoding: chunked',
  '\0Transfer-Encoding: chunked',
  'X: y\nTransfer-Encoding: chunked',
  'X: y\rTransfer-Encoding: chunked',
  'X: y\0Transfer-Encoding: chunked',
  'X: y\n\rTransfer-Encoding: chunked',
  'X: y\r\rTransfer-Encoding: chunked',
  'Transfer-Encoding:\n chunked',
  'Transfer-Encoding:\r\n chunked',
  'Transfer-Encoding:\r\n\tchunked',
  'Transfer-Encoding\r\n: chunked',
  'Transfer-Encoding: \x0bchunked',
  'Transfer-Encoding: \x0cchunked',
  'Transfer-Encoding: \0chunked',
  'Transfer-Encoding: chunked\0',
  'Transfer-Encoding: chunked\x0b',
  'Transfer-Encoding: chu\rnked',
  'Transfer-Encoding: chu\nnked',
  'Transfer-Encoding: \x1fchunked',
  'Transfer-Encoding: \x7fchunked',
]

/** The same that are in order as fields, but not a coding that we have. */
const UNKNOWN: readonly string[] = ['Transfer-Encoding: cow, chunked', 'Transfer-Encoding: identity, chunked']

const AMBIGUOUS: readonly string[] = [
  'Transfer-Encoding: xchunked',
  'Transfer-Encoding: chunkedx',
  'Transfer-Encoding: "chunked"',
  "Transfer-Encoding: 'chunked'",
  'Transfer-Encoding: [chunked]',
  'Transfer-Encoding: chunked;q=0',
  'Transfer-Encoding: chunked chunked',
  'Transfer-Encoding: \xffchunked',
  'Transfer-Encoding: \xa0chunked',
  'Transfer-Encoding: chunked\x85',
  'Transfer-Encoding: ch\xc3\xbcnked',
  'Transfer-Encoding: x chunked',
  'Transfer-Encoding: x\tchunked',
  'Transfer-Encoding: gzip',
  'Transfer-Encoding: identity',
  'Transfer-Encoding: cow\r\nTransfer-Encoding: chunked',
  'Transfer-Encoding: chunked, cow',
  'Transfer-Encoding: chunked, identity',
  'Transfer-Encoding: chunked,',
  'Transfer-Encoding: ,chunked',
  'Transfer-Encoding:',
  'Transfer-Encoding: \r\nTransfer-Encoding: chunked',
  'Transfer-Encoding: chunked\r\nTransfer-Encoding: cow',
  'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity',
  'Transfer-Encoding: chunked\r\nTransfer-encoding: chunked',
]

const LENGTHS: readonly string[] = [
  'Content-Length: 5\r\nContent-Length: 0',
  'Content-Length: 0\r\nContent-Length: 5',
  'Content-Length: 5\r\nContent-length: 6',
  'Content-Length: 5, 5',
  'Content-Length: 5,0',
  'Content-Length: +5',
  'Content-Length: -5',
  'Content-Length: 0x5',
  'Content-Length: 5 0',
  'Content-Length: 5\0',
  'Content-Length: 5\x0b',
  'Content-Length: \x0b5',
  'Content-Length: 5\xa0',
  'Content-Length: 1_0',
  'Content-Length: 1e1',
  'Content-Length: 5;',
  'Content-Length: "5"',
  'Content-Length: \u00b2',
  'Content-Length: ',
  'Content-Length : 5',
  'Content-Length\t: 5',
  'Content-Length\0: 5',
  'Content-Length\xa0: 5',
  ' Content-Length: 5',
  'X: y\nContent-Length: 5',
  'X: y\rContent-Length: 5',
  'Content-Length:\r\n 5',
  'Content-Length: 5\r\n 0',
  'Content-Length: 4294967301\r\nContent-Length: 5',
  'Content-Length: 18446744073709551621',
]

const CHUNKS: readonly (readonly [name: string, body: string])[] = [
  ['a size that overflows 32 bits', `100000000000005\r\nhello\r\n0\r\n\r\n`],
  ['a size that overflows 64 bits', `f0000000000000005\r\nhello\r\n0\r\n\r\n`],
  ['a size in hexadecimal notation', `0x5\r\nhello\r\n0\r\n\r\n`],
  ['a size with a sign', `+0\r\n\r\n`],
  ['a negative size', `-1\r\nx\r\n0\r\n\r\n`],
  ['a size of other digits', `5\xb2\r\nhello\r\n0\r\n\r\n`],
  ['white space behind a size', `5 \r\nhello\r\n0\r\n\r\n`],
  ['a bare LF behind a size', `5\nhello\r\n0\r\n\r\n`],
  ['a bare LF in an extension', `5;\nhello\r\n0\r\n\r\n`],
  ['a bare LF in an extension that hides a chunk', `2;\nxx\r\n4c\r\n0\r\n\r\n`],
  ['a bare CR in an extension', `5;a\rb\r\nhello\r\n0\r\n\r\n`],
  ['CR CR LF behind a size', `5\r\r\nhello\r\n0\r\n\r\n`],
  ['a line end in a quoted extension', `5;a="\r\nhello\r\n0\r\n\r\n"\r\n`],
  ['a semicolon without extension', `5;\r\nhello\r\n0\r\n\r\n`],
  ['no line end behind a chunk', `5\r\nhello0\r\n\r\n`],
  ['a bare LF behind a chunk', `5\r\nhello\n0\r\n\r\n`],
  ['two bytes that are not CRLF behind a chunk', `5\r\nhelloAB0\r\n\r\n`],
  ['a chunk beyond its size that looks like an end', `3\r\nabcX0\r\n\r\n`],
  ['a last chunk without empty line', `0\r\n`],
  ['a last chunk with a bare LF', `0\n\n`],
  ['an empty line of LF', `0\r\n\n`],
  ['a trailer without colon', `0\r\nx\r\n\r\n`],
  ['a trailer that smuggles a length', `0\r\nContent-Length: 36\r\n\r\n`],
  ['a trailer with white space before the colon', `0\r\nx : y\r\n\r\n`],
  ['a folded trailer', `0\r\nx: y\r\n z\r\n\r\n`],
  ['a trailer that ends in LF', `0\r\nx: y\n\r\n`],
]

/** Inputs by which two parsers have been made to see different requests, each refused or read in the one strict way. */
export const smuggling: readonly Rule[] = [
  ...rules(
    'CL.TE and TE.CL (RFC 9112 §11.2)',
    refuse(
      'a length that covers the smuggled request',
      400,
      both(String(CHUNKED_END.length), 'Transfer-Encoding: chunked'),
    ),
    refuse('a length that ends before it', 400, both('5', 'Transfer-Encoding: chunked')),
    refuse('a length of 0', 400, both('0', 'Transfer-Encoding: chunked')),
    refuse('the coding first', 400, post('Transfer-Encoding: chunked', 'Content-Length: 5') + CHUNKED_END),
    refuse(
      'a chunk that covers it',
      400,
      post('Content-Length: 4', 'Transfer-Encoding: chunked') + `${SIZE}\r\n${SMUGGLED}\r\n0\r\n\r\n`,
    ),
    refuse(
      'both in HTTP/1.0',
      400,
      `POST / HTTP/1.0\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKED_END}`,
    ),
  ),
  ...rules(
    'TE.TE',
    ...OBSCURED.map((line) => refuse(JSON.stringify(line), 400, coded(line))),
    ...OBSCURED.map((line) => refuse(`${JSON.stringify(line)} and a length`, 400, both('5', line))),
    ...UNKNOWN.map((line) => refuse(JSON.stringify(line), 501, coded(line))),
    ...UNKNOWN.map((line) => refuse(`${JSON.stringify(line)} and a length`, 501, both('5', line))),
    ...AMBIGUOUS.map((line) => refuse(JSON.stringify(line), 400, coded(line))),
    accept(
      'a name with an underscore is another field',
      post('Transfer_Encoding: chunked') + SMUGGLED,
      'POST /',
      'GET /smuggled',
    ),
    accept(
      'a name with an underscore does not matter beside a length',
      post('Content-Length: 5', 'Transfer_Encoding: chunked') + '0\r\n\r\n',
      { body: '0\r\n\r\n' },
    ),
  ),
  ...rules(
    'CL.CL',
    ...LENGTHS.map((line) => refuse(JSON.stringify(line), 400, post(line) + `hello${SMUGGLED}`)),
  ),
  ...rules(
    'CL.0 and 0.CL',
    accept('a body of GET', get(LENGTH) + SMUGGLED, { method: 'GET', body: SMUGGLED }),
    accept('a body of HEAD', head('HEAD /', LENGTH) + SMUGGLED, {
      method: 'HEAD',
      body: SMUGGLED,
    }),
    accept('a body of OPTIONS', head('OPTIONS *', LENGTH) + SMUGGLED, {
      method: 'OPTIONS',
      body: SMUGGLED,
    }),
    accept(
      'a chunked body of GET',
      get('Transfer-Encoding: chunked') + `${SIZE}\r\n${SMUGGLED}\r\n0\r\n\r\n`,
      {
        body: SMUGGLED,
      },
    ),
    accept('no length, so that what follows is a request', post() + SMUGGLED, 'POST /', 'GET /smuggled'),
    accept(
      'a length of an upgrade that nobody takes',
      get('Connection: upgrade', 'Upgrade: h2c', LENGTH) + SMUGGLED,
      { body: SMUGGLED },
    ),
    accept('a length with Expect', post('Expect: 100-continue', LENGTH) + SMUGGLED, {
      body: SMUGGLED,
    }),
    refuse('a length with an obscured Expect', 417, post('Expect: y 100-continue', LENGTH) + SMUGGLED),
    close(
      'Connection that names Content-Length',
      post('Connection: close, Content-Length', 'Content-Length: 5') + `hello${SMUGGLED}`,
      { body: 'hello' },
    ),
    accept(
      'Connection that names Transfer-Encoding',
      post('Connection: Transfer-Encoding', 'Transfer-Encoding: chunked') + CHUNKED_END,
      { body: '' },
      'GET /smuggled',
    ),
  ),
  ...rules(
    'chunks',
    ...CHUNKS.map(([name, body]) => refuse(name, 400, post('Transfer-Encoding: chunked') + body + SMUGGLED)),
    accept(
      'an extension that looks like an end',
      post('Transfer-Encoding: chunked') + `5;a="0"\r\nhello\r\n0\r\n\r\n${SMUGGLED}`,
      { body: 'hello' },
      'GET /smuggled',
    ),
    accept(
      'a chunk that looks like an end',
      post('Transfer-Encoding: chunked') +
        `${CHUNKED_END.length.toString(16)}\r\n${CHUNKED_END}\r\n0\r\n\r\n`,
      { body: CHUNKED_END },
    ),
  ),
  ...rules(
    'heads',
    refuse('a head that ends in LF LF', 400, `GET / HTTP/1.1\r\nHost: a\n\n${SMUGGLED}`),
    refuse('a head that ends in CRLF LF', 400, `GET / HTTP/1.1\r\nHost: a\r\n\n${SMUGGLED}`),
    refuse('a head that ends in CR CR', 400, `GET / HTTP/1.1\r\nHost: a\r\r${SMUGGLED}`),
    refuse(
      'a request in a folded line',
      400,
      `GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n GET /smuggled HTTP/1.1\r\n\r\n`,
    ),
    refuse(
      'a request line in a field',
      400,
      `GET / HTTP/1.1\r\nHost: a\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n`,
    ),
    refuse('a request line in the method', 400, `GET / HTTP/1.1 GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n`),
    refuse('a line end in the target', 400, `GET /\r\nHost: a\r\n\r\n${SMUGGLED} HTTP/1.1\r\n\r\n`),
    refuse('a bare LF in the target', 400, `GET /\nHost: a HTTP/1.1\r\nHost: a\r\n\r\n`),
    refuse('NUL in a field', 400, get('X: \0') + SMUGGLED),
    refuse(
      'a line of white space instead of the empty line',
      400,
      `GET / HTTP/1.1\r\nHost: a\r\n \r\n${SMUGGLED}`,
    ),
    refuse('two Hosts', 400, get('Host: b') + SMUGGLED),
    refuse('a Host with white space before the colon', 400, `GET / HTTP/1.1\r\nHost : a\r\n\r\n${SMUGGLED}`),
    refuse('a Host that is folded', 400, `GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n${SMUGGLED}`),
    refuse('a Host with a path', 400, `GET / HTTP/1.1\r\nHost: a/b\r\n\r\n${SMUGGLED}`),
    refuse('a Host that names two', 400, `GET / HTTP/1.1\r\nHost: a, b\r\n\r\n${SMUGGLED}`),
    refuse('HTTP/0.9', 400, `GET /smuggled\r\n${SMUGGLED}`),
    refuse('a preface of HTTP/2', 505, `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${SMUGGLED}`),
    accept('a request behind a request', get() + SMUGGLED, 'GET /', 'GET /smuggled'),
    close('a request behind the last one', get('Connection: close') + SMUGGLED, 'GET /'),
    close('a request behind HTTP/1.0', `GET / HTTP/1.0\r\n\r\n${SMUGGLED}`, 'GET /'),
    refuse('a request behind rubbish', 400, `${get()}\0${SMUGGLED}`, 'GET /'),
  ),
]
