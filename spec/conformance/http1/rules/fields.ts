import { accept, get, refuse, rules, wait } from '../rule.js'

const field = (name: string, value: string) => ({
  fields: [
    ['host', 'a'],
    [name, value],
  ] as const,
})

/** Field lines (RFC 9112 §5, RFC 9110 §5). */
export const fields = [
  ...rules(
    'RFC 9110 §5.1, §5.6.2',
    accept('a field', get('X: 1'), field('x', '1')),
    accept(
      'a name of every token character',
      get("!#$%&'*+-.^_`|~09AZaz: 1"),
      field("!#$%&'*+-.^_`|~09azaz", '1'),
    ),
    accept('a name of one character', get('_: 1'), field('_', '1')),
    ...[
      '(',
      ')',
      '<',
      '>',
      '@',
      ',',
      ';',
      '\\',
      '"',
      '/',
      '[',
      ']',
      '?',
      '=',
      '{',
      '}',
      '\0',
      '\x0b',
      '\x7f',
      '\x80',
      '\xe9',
    ].map((byte) => refuse(`${JSON.stringify(byte)} in a name`, 400, get(`X${byte}Y: 1`))),
    refuse('an empty name', 400, get(': 1')),
    refuse('no colon', 400, get('X')),
    refuse('no colon in the last line', 400, 'GET / HTTP/1.1\r\nHost\r\n\r\n'),
    accept('a colon in the value', get('X: a:b'), field('x', 'a:b')),
  ),
  ...rules(
    'RFC 9112 §5.1',
    refuse('a space before the colon', 400, get('X : 1')),
    refuse('a tab before the colon', 400, get('X\t: 1')),
    refuse('a space before the colon of Content-Length', 400, get('Content-Length : 1') + 'x'),
    refuse(
      'a space before the colon of Transfer-Encoding',
      400,
      get('Transfer-Encoding : chunked') + '0\r\n\r\n',
    ),
    refuse('a space before the colon of Host', 400, 'GET / HTTP/1.1\r\nHost : a\r\n\r\n'),
    accept('no white space behind the colon', get('X:1'), field('x', '1')),
    accept('much white space around the value', get('X:\t \t1\t \t'), field('x', '1')),
    accept('white space within the value', get('X: 1 \t 2'), field('x', '1 \t 2')),
    accept('an empty value', get('X:'), field('x', '')),
    accept('a value of white space', get('X: \t '), field('x', '')),
  ),
  ...rules(
    'RFC 9112 §5.2',
    refuse('a folded line', 400, get('X: 1', ' 2')),
    refuse('a line folded by tab', 400, get('X: 1', '\t2')),
    refuse('a fold of white space only', 400, get('X: 1', ' ')),
    refuse('a fold of the first field', 400, 'GET / HTTP/1.1\r\n X: 1\r\nHost: a\r\n\r\n'),
    refuse('a folded Content-Length', 400, get('Content-Length:', ' 1') + 'x'),
    refuse('a folded Transfer-Encoding', 400, get('Transfer-Encoding:', ' chunked') + '0\r\n\r\n'),
    refuse('a fold that hides a field', 400, get('X: 1', ' Content-Length: 5') + 'hello'),
  ),
  ...rules(
    'RFC 9110 §5.5',
    accept('obs-text in a value', get('X: \x80\xa0\xe9\xff'), field('x', '\x80\xa0\xe9\xff')),
    accept(
      'a no-break space at the ends of a value, which is obs-text',
      get('X: \xa01\xa0'),
      field('x', '\xa01\xa0'),
    ),
    accept('a tab in a value', get('X: a\tb'), field('x', 'a\tb')),
    ...Array.from({ length: 32 }, (_, code) => String.fromCharCode(code))
      .filter((byte) => byte !== '\t')
      .concat('\x7f')
      .flatMap((byte) => [
        refuse(`${JSON.stringify(byte)} in a value`, 400, get(`X: a${byte}b`)),
        refuse(`${JSON.stringify(byte)} at the start of a value`, 400, get(`X: ${byte}b`)),
      ]),
  ),
  ...rules(
    'RFC 9112 §2.2',
    refuse('a field that ends in LF', 400, 'GET / HTTP/1.1\r\nHost: a\nX: 1\r\n\r\n'),
    refuse('a field that ends in CR', 400, 'GET / HTTP/1.1\r\nHost: a\rX: 1\r\n\r\n'),
    refuse('a field that ends in CR CR LF', 400, 'GET / HTTP/1.1\r\nHost: a\r\r\n\r\n'),
    refuse('an empty line of LF', 400, 'GET / HTTP/1.1\r\nHost: a\r\n\n'),
    refuse('an empty line of CR', 400, 'GET / HTTP/1.1\r\nHost: a\r\n\rX'),
    refuse('an empty line of CR CR LF', 400, 'GET / HTTP/1.1\r\nHost: a\r\n\r\r\n'),
    wait('no empty line', 'GET / HTTP/1.1\r\nHost: a\r\n'),
    wait('half an empty line', 'GET / HTTP/1.1\r\nHost: a\r\n\r'),
    wait('half a field', 'GET / HTTP/1.1\r\nHost: a\r\nX: 1'),
  ),
  ...rules(
    'RFC 9110 §5.2, §5.3',
    accept('lines of one name, in order', get('X: 1', 'Y: 2', 'x: 3'), {
      fields: [
        ['host', 'a'],
        ['x', '1'],
        ['y', '2'],
        ['x', '3'],
      ],
    }),
    accept('cookies in several lines', get('Cookie: a=1', 'Cookie: b=2'), {
      fields: [
        ['host', 'a'],
        ['cookie', 'a=1'],
        ['cookie', 'b=2'],
      ],
    }),
  ),
  ...rules(
    'RFC 9110 §5.4, RFC 6585 §5',
    accept('100 fields', get(...Array.from({ length: 99 }, (_, i) => `X${i}: 1`)), { method: 'GET' }),
    refuse('101 fields', 431, get(...Array.from({ length: 100 }, (_, i) => `X${i}: 1`))),
    refuse('a value of 16 KiB', 431, get(`X: ${'x'.repeat(16_384)}`)),
    refuse('a name of 16 KiB', 431, get(`${'x'.repeat(16_384)}: 1`)),
    refuse('a field without end', 431, `GET / HTTP/1.1\r\nX: ${'x'.repeat(40_000)}`),
    refuse('two values of 8 KiB', 431, get(`X: ${'x'.repeat(8200)}`, `Y: ${'y'.repeat(8200)}`)),
  ),
]
