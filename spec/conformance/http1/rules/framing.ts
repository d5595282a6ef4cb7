import { accept, close, get, post, refuse, rules, wait } from '../rule.js'

const length = (value: string, body = '') => post(`Content-Length: ${value}`) + body
const coding = (value: string, body = '0\r\n\r\n') => post(`Transfer-Encoding: ${value}`) + body

/** Where a body ends (RFC 9112 §6). */
export const framing = [
  ...rules(
    'RFC 9112 §6.3',
    accept('no body', post(), { method: 'POST', body: '' }),
    accept('a body of a length', length('5', 'hello'), { body: 'hello' }),
    accept('a body of GET', get('Content-Length: 5') + 'hello', { method: 'GET', body: 'hello' }),
    accept('a body that looks like a request', length('18', 'GET /b HTTP/1.1\r\n\r'), {
      body: 'GET /b HTTP/1.1\r\n\r',
    }),
    accept('a body of every byte', length('256', ALL_BYTES()), { body: ALL_BYTES() }),
    wait('a body that is too short', length('5', 'hell')),
    wait('a body that has not begun', length('1')),
    refuse('a body that is too long', 400, length('5', 'hello\0'), { body: 'hello' }),
    close('a body of HTTP/1.0', 'POST / HTTP/1.0\r\nContent-Length: 1\r\n\r\nx', { body: 'x' }),
  ),
  ...rules(
    'RFC 9110 §8.6',
    accept('a length of 0', length('0'), { body: '' }),
    accept('leading zeros', length('005', 'hello'), { body: 'hello' }),
    accept('white space around a length', post('Content-Length: \t5\t ') + 'hello', { body: 'hello' }),
    ...[
      '',
      '+5',
      '-5',
      '-0',
      '5a',
      'a5',
      '0x5',
      '5h',
      '5.0',
      '5e0',
      '5 5',
      '5_0',
      "'5'",
      '"5"',
      '\xb2',
      '1,000',
      '5;',
      '5\x0b',
      '\x0b5',
    ].map((value) => refuse(`Content-Length: ${JSON.stringify(value)}`, 400, length(value, 'hello'))),
    ...[
      '9007199254740992',
      '18446744073709551616',
      '18446744073709551621',
      '4294967301x',
      '9'.repeat(400),
    ].map((value) => refuse(`Content-Length: ${value.slice(0, 24)}`, 400, length(value, 'hello'))),
    refuse('a list of equal lengths', 400, length('5, 5', 'hello')),
    refuse('a list of different lengths', 400, length('5, 6', 'hello')),
    refuse('a list with an empty member', 400, length('5,', 'hello')),
    refuse('two equal lengths', 400, post('Content-Length: 5', 'Content-Length: 5') + 'hello'),
    refuse('two different lengths', 400, post('Content-Length: 5', 'Content-Length: 6') + 'hello'),
    refuse('two lengths in different letters', 400, post('Content-Length: 5', 'content-LENGTH: 6') + 'hello'),
    refuse('a length and an empty one', 400, post('Content-Length: 5', 'Content-Length:') + 'hello'),
    accept('a name that only looks like Content-Length', post('Content_Length: 5'), { body: '' }),
  ),
  ...rules(
    'RFC 9112 §6.1',
    accept('chunked', coding('chunked'), { body: '' }),
    accept('CHUNKED', coding('CHUNKED', '1\r\nx\r\n0\r\n\r\n'), { body: 'x' }),
    accept('white space around chunked', post('Transfer-Encoding: \t chunked \t') + '0\r\n\r\n', {
      body: '',
    }),
    accept('a name that only looks like Transfer-Encoding', post('Transfer_Encoding: chunked'), { body: '' }),
    ...['gzip, chunked', 'identity, chunked'].map((value) =>
      refuse(`Transfer-Encoding: ${JSON.stringify(value)}`, 501, coding(value)),
    ),
  ),
  ...rules(
    'RFC 9112 §6.3',
    ...[
      'gzip',
      'identity',
      'xchunked',
      'chunkedx',
      'chunk',
      'deflate',
      'compress',
      'chunked-foo',
      '"chunked"',
      "'chunked'",
      'x',
      'chunked;a=b',
      'chunke d',
      '\xa0chunked',
    ].map((value) => refuse(`Transfer-Encoding: ${JSON.stringify(value)}`, 400, coding(value))),
    ...[
      '',
      ',',
      ',chunked',
      'chunked,',
      'chunked, chunked',
      'chunked, gzip',
      'chunked, identity',
      'chunked,,gzip',
      'gzip, , chunked',
    ].map((value) => refuse(`Transfer-Encoding: ${JSON.stringify(value)}`, 400, coding(value))),
    ...[
      '\x0bchunked',
      'chunked\x0b',
      '\x0cchunked',
      'chunked\0',
      'chu\0nked',
      'chunked\r',
      'chunked\x7f',
    ].map((value) => refuse(`Transfer-Encoding: ${JSON.stringify(value)}`, 400, coding(value))),
    refuse(
      'chunked in two lines',
      400,
      post('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked') + '0\r\n\r\n',
    ),
    refuse(
      'chunked, then another coding in a line of its own',
      400,
      post('Transfer-Encoding: chunked', 'Transfer-Encoding: x') + '0\r\n\r\n',
    ),
    refuse(
      'another coding, then chunked in a line of its own',
      400,
      post('Transfer-Encoding: x', 'Transfer-Encoding: chunked') + '0\r\n\r\n',
    ),
    refuse('chunked in HTTP/1.0', 400, 'POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'),
    refuse(
      'chunked in HTTP/1.0 that wants to last',
      400,
      'POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ),
  ),
  ...rules(
    'RFC 9112 §6.1, §6.3',
    refuse(
      'a length, then chunked',
      400,
      post('Content-Length: 5', 'Transfer-Encoding: chunked') + '0\r\n\r\n',
    ),
    refuse(
      'chunked, then a length',
      400,
      post('Transfer-Encoding: chunked', 'Content-Length: 5') + '0\r\n\r\n',
    ),
    refuse(
      'chunked and a length of 0',
      400,
      post('Transfer-Encoding: chunked', 'Content-Length: 0') + '0\r\n\r\n',
    ),
    refuse(
      'an unknown coding and a length',
      400,
      post('Transfer-Encoding: x', 'Content-Length: 5') + 'hello',
    ),
    refuse(
      'a length and an unknown coding',
      400,
      post('Content-Length: 5', 'Transfer-Encoding: x') + 'hello',
    ),
  ),
]

function ALL_BYTES(): string {
  return Buffer.from(Uint8Array.from({ length: 256 }, (_, byte) => byte)).toString('latin1')
}
