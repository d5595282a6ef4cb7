import { CODE, data, headers } from '../frames.js'
import { block, type Field } from '../hpack.js'
import { answers, fields, get, malformed, ok, post, requestBlock, resets, rules, type Step } from '../rule.js'

/** A request with fields behind or instead of others, in exactly this order. */
const asks = (...list: readonly Field[]): Step[] => [headers(1, block(...list))]
const GET = fields()
const plus = (...more: readonly Field[]) => asks(...GET, ...more)
const without = (name: string) => asks(...GET.filter(([key]) => key !== name))
const instead = (name: string, value: string) => [headers(1, requestBlock({ [name]: value }))]
const length = (value: string) => post(1, '/echo', { 'content-length': value })
const LEAVES_OUT = 'leaves such a field out and takes the rest'
const printable = (name: string) => JSON.stringify(name)
const many = (steps: Step[]) => steps

/** What makes a request (RFC 9113 §8). */
export const messages = [
  ...rules(
    'RFC 9113 §8.2',
    malformed('a name in upper case', plus(['X', 'v'])),
    malformed('a name with one letter in upper case', plus(['content-Type', 'v'])),
    malformed(
      'a name in upper case in trailers',
      [post(), data(1, 'x'), headers(1, block(['X-Trailer', 'v']))],
      { seen: 1 },
    ),
  ),
  ...rules(
    'RFC 9113 §8.2.1',
    ...['', ' ', 'a b', 'a\0', '\tb', 'a\r', 'a\n', 'a:', 'a:b', '\x7f', 'a\x80', '\xe9', '\xff'].map(
      (name) => malformed(`the name ${printable(name)}`, plus([name, 'v']), { node: LEAVES_OUT }),
    ),
    ...['\0', 'a\0b', 'a\rb', 'a\nb', 'a\r\nb: c', '\n', 'a\r', '\ra'].map((value) =>
      malformed(`the value ${printable(value)}`, plus(['x', value]), { node: LEAVES_OUT }),
    ),
    ...[' a', 'a ', '\ta', 'a\t', ' ', '\t'].map((value) =>
      malformed(`the value ${printable(value)}`, plus(['x', value]), {
        node: 'takes white space around a value',
      }),
    ),
    answers(
      'a value with white space in it',
      [headers(1, requestBlock({ ':path': '/x', x: 'a \t b' }))],
      [ok(1, 'a \t b')],
    ),
    answers('a value beyond ASCII', [headers(1, requestBlock({ y: '\x80\xe9\xff' }))], [ok(1)]),
    answers('names of every character that is allowed', plus(["0!#$%&'*+-.^_`|~z", 'v']), [ok(1)]),
  ),
  ...rules(
    'RFC 9113 §8.2.2',
    ...(
      [
        ['connection', 'keep-alive'],
        ['connection', 'close'],
        ['proxy-connection', 'keep-alive'],
        ['keep-alive', 'timeout=5'],
        ['transfer-encoding', 'chunked'],
        ['transfer-encoding', 'identity'],
        ['upgrade', 'foo'],
        ['te', 'gzip'],
        ['te', 'trailers, deflate'],
        ['te', ''],
      ] as const
    ).map(([name, value]) => malformed(`${name}: ${value}`, plus([name, value]))),
    answers('te: trailers', plus(['te', 'trailers']), [ok(1)]),
  ),
  ...rules(
    'RFC 9113 §8.2.3',
    answers(
      'a cookie in crumbs',
      asks(
        ...fields({ ':path': '/cookies' }),
        ['cookie', 'a=1'],
        ['x', 'y'],
        ['cookie', 'b=2'],
        ['cookie', 'c=3'],
      ),
      [ok(1, 'a=1; b=2; c=3')],
    ),
    answers('a cookie that is whole', asks(...fields({ ':path': '/cookies' }), ['cookie', 'a=1; b=2']), [
      ok(1, 'a=1; b=2'),
    ]),
  ),
  ...rules(
    'RFC 9113 §8.3',
    malformed('an unknown pseudo-header', asks(...GET, [':test', 'v'])),
    malformed('an unknown pseudo-header in front', asks([':test', 'v'], ...GET)),
    malformed('a pseudo-header without a name', asks(...GET, [':', 'v'])),
    malformed(':status', asks(...GET, [':status', '200'])),
    malformed('a pseudo-header in upper case', asks(...GET.slice(1), [':METHOD', 'GET'])),
    malformed('a pseudo-header behind a field', asks(...GET.slice(0, 3), ['x', 'y'], ...GET.slice(3))),
    malformed(':method behind a field', asks(...GET.slice(1), ['x', 'y'], GET[0]!)),
    malformed(':path behind a field', asks(GET[0]!, GET[1]!, GET[3]!, ['x', 'y'], GET[2]!)),
    malformed('a pseudo-header in trailers', [post(), data(1, 'x'), headers(1, block([':method', 'POST']))], {
      seen: 1,
    }),
    malformed(
      'an unknown pseudo-header in trailers',
      [post(), data(1, 'x'), headers(1, block(['a', 'b'], [':x', 'y']))],
      {
        seen: 1,
      },
    ),
    ...[':method', ':scheme', ':path', ':authority'].map((name) =>
      malformed(
        `${name} twice`,
        asks(
          ...GET,
          GET.find(([key]) => key === name)!,
        ),
      ),
    ),
    answers('pseudo-headers in another order', asks(GET[3]!, GET[2]!, GET[1]!, GET[0]!), [ok(1, 'GET /')]),
  ),
  ...rules(
    'RFC 9113 §8.3.1',
    malformed('no :method', without(':method')),
    malformed('no :scheme', without(':scheme')),
    malformed('no :path', without(':path')),
    malformed('no pseudo-header at all', asks(['x', 'y'])),
    malformed('no fields at all', asks()),
    malformed('an empty :path', instead(':path', '')),
    malformed('an empty :method', instead(':method', '')),
    malformed('a :path in absolute form', instead(':path', 'http://a/')),
    malformed('a :path that does not begin with a slash', instead(':path', 'a/b')),
    malformed('* as :path of GET', instead(':path', '*')),
    malformed('an :authority with user information', instead(':authority', 'user:pass@a'), {
      node: 'takes it',
    }),
    malformed('an empty :authority', instead(':authority', '')),
    malformed('an empty :scheme', instead(':scheme', '')),
    malformed('a :scheme with white space', instead(':scheme', 'ht tp')),
    malformed('a :path with a fragment', instead(':path', '/a#b'), { node: 'takes it' }),
    malformed('an :authority with a path', instead(':authority', 'a/b')),
    malformed('an :authority with white space', instead(':authority', 'a b')),
    malformed('a :path with white space', instead(':path', '/a b')),
    malformed('a :path with CR and LF', instead(':path', '/a\r\nx: y')),
    malformed('a :path with NUL', instead(':path', '/a\0')),
    malformed('a :method with white space', instead(':method', 'GET /'), {}),
    malformed('a :method with CR and LF', instead(':method', 'GET\r\n')),
    malformed('Host twice', asks(...GET.slice(0, 3), ['host', 'a'], ['host', 'a']), { node: 'takes it' }),
    malformed('Host that is malformed', asks(...GET.slice(0, 3), ['host', 'a b']), { node: 'takes it' }),
    malformed('Host with another authority', plus(['host', 'b']), { node: 'takes it' }),
    answers(
      '* as :path of OPTIONS',
      [headers(1, requestBlock({ ':method': 'OPTIONS', ':path': '*' }))],
      [ok(1, 'OPTIONS *')],
    ),
    answers('Host with the same authority', asks(...fields({ ':path': '/authority' }), ['host', 'a']), [
      ok(1, 'a'),
    ]),
    answers(
      'Host without :authority',
      asks(...fields({ ':path': '/authority', ':authority': undefined }), ['host', 'b:81']),
      [ok(1, 'b:81')],
    ),
    answers(
      'an :authority with a port',
      [headers(1, requestBlock({ ':path': '/authority', ':authority': '[::1]:8080' }))],
      [ok(1, '[::1]:8080')],
    ),
  ),
  ...rules(
    'RFC 9113 §8.5',
    malformed('CONNECT with :scheme and :path', instead(':method', 'CONNECT')),
    malformed('CONNECT with :path', asks([':method', 'CONNECT'], [':authority', 'a:1'], [':path', '/'])),
    malformed(
      'CONNECT with :scheme',
      asks([':method', 'CONNECT'], [':authority', 'a:1'], [':scheme', 'http']),
    ),
    malformed('CONNECT without :authority', asks([':method', 'CONNECT']), {}),
  ),
  ...rules(
    'RFC 8441 §4',
    malformed(':protocol of another method than CONNECT', asks(...GET, [':protocol', 'websocket'])),
    malformed(
      ':protocol without :path and :scheme',
      asks([':method', 'CONNECT'], [':authority', 'a'], [':protocol', 'websocket']),
    ),
    malformed(
      'extended CONNECT without :path',
      asks([':method', 'CONNECT'], [':scheme', 'http'], [':authority', 'a'], [':protocol', 'websocket']),
    ),
    malformed(
      'extended CONNECT without :scheme',
      asks([':method', 'CONNECT'], [':path', '/'], [':authority', 'a'], [':protocol', 'websocket']),
    ),
    malformed(
      'extended CONNECT without :authority',
      asks([':method', 'CONNECT'], [':scheme', 'http'], [':path', '/'], [':protocol', 'websocket']),
    ),
    malformed(
      ':protocol twice',
      asks(...fields({ ':method': 'CONNECT' }), [':protocol', 'websocket'], [':protocol', 'websocket']),
    ),
    malformed(
      'a :protocol that is no token',
      asks(...fields({ ':method': 'CONNECT' }), [':protocol', 'web socket']),
    ),
    malformed(
      'a :protocol behind a field',
      asks(...fields({ ':method': 'CONNECT' }), ['x', 'y'], [':protocol', 'a']),
    ),
  ),
  ...rules(
    'RFC 9113 §8.1.1',
    resets('more content than said, in one frame', CODE.PROTOCOL_ERROR, [
      length('1'),
      data(1, 'test', { end: true }),
    ]),
    resets('less content than said, in one frame', CODE.PROTOCOL_ERROR, [
      length('5'),
      data(1, 'test', { end: true }),
    ]),
    resets('more content than said, in several frames', CODE.PROTOCOL_ERROR, [
      length('5'),
      data(1, 'test'),
      data(1, 'test', { end: true }),
    ]),
    resets('less content than said, in several frames', CODE.PROTOCOL_ERROR, [
      length('9'),
      data(1, 'test'),
      data(1, 'test', { end: true }),
    ]),
    resets('more content than said, before the end', CODE.PROTOCOL_ERROR, [
      length('5'),
      data(1, 'test'),
      data(1, 'test'),
    ]),
    resets('less content than said, and trailers', CODE.PROTOCOL_ERROR, [
      length('5'),
      data(1, 'test'),
      headers(1, block(['x', 'y'])),
    ]),
    resets('no content where some was said', CODE.PROTOCOL_ERROR, [
      headers(1, requestBlock({ ':method': 'POST', ':path': '/echo', 'content-length': '5' })),
    ]),
    resets('an empty last frame with less content than said', CODE.PROTOCOL_ERROR, [
      length('5'),
      data(1, 'test'),
      data(1, '', { end: true }),
    ]),
    ...['abc', '-4', '+4', '4 4', '4,', '0x4', '4.0', '', '99999999999999999999999'].map((value) =>
      resets(
        `content-length: ${printable(value)}`,
        CODE.PROTOCOL_ERROR,
        [length(value), data(1, 'test', { end: true })],
        {
          seen: 0,
        },
      ),
    ),
    resets('two lengths that differ', CODE.PROTOCOL_ERROR, [
      headers(
        1,
        block(
          ...fields({ ':method': 'POST', ':path': '/echo' }),
          ['content-length', '4'],
          ['content-length', '5'],
        ),
        {
          end: false,
        },
      ),
      data(1, 'test', { end: true }),
    ]),
    answers(
      'as much content as said',
      [length('8'), data(1, 'test'), data(1, 'test', { end: true })],
      [ok(1, 'testtest')],
    ),
    answers(
      'as much content as said, and trailers',
      [length('4'), data(1, 'test'), headers(1, block(['x', 'y']))],
      [ok(1, 'test')],
    ),
    answers(
      'as much content as said, with padding',
      [length('4'), data(1, 'test', { pad: 50, end: true })],
      [ok(1, 'test')],
    ),
    answers(
      'a length of 0',
      [headers(1, requestBlock({ ':method': 'POST', 'content-length': '0' }))],
      [ok(1)],
    ),
    answers('a length of 0 and an empty frame', [length('0'), data(1, '', { end: true })], [ok(1, '')]),
  ),
  ...rules(
    'RFC 9110 §9.3.2',
    answers('HEAD', [headers(1, requestBlock({ ':method': 'HEAD', ':path': '/bytes/100' }))], [ok(1, '')]),
  ),
  ...rules(
    'RFC 9113 §8.1',
    answers(
      'a method of any name',
      [headers(1, requestBlock({ ':method': 'BREW', ':path': '/pot' }))],
      [ok(1, 'BREW /pot')],
    ),
    answers('a body without length', [post(), data(1, 'test', { end: true })], [ok(1, 'test')]),
    answers(
      'requests at a time, answered as they come',
      many([post(1), post(3), data(3, 'b', { end: true }), data(1, 'a', { end: true })]),
      [ok(1, 'a'), ok(3, 'b')],
    ),
    answers(
      'a GET with a body',
      [headers(1, requestBlock({ ':path': '/echo' }), { end: false }), data(1, 'test', { end: true })],
      [ok(1, 'test')],
    ),
    answers('the request behind a refused one', [headers(1, requestBlock({ Upper: 'x' })), get(3)], [ok(3)]),
  ),
]
