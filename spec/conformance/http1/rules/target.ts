import { accept, refuse, rules } from '../rule.js'

const to = (target: string, method = 'GET') => `${method} ${target} HTTP/1.1\r\nHost: a\r\n\r\n`

/** The request target in its four forms (RFC 9112 §3.2). */
export const target = [
  ...rules(
    'RFC 9112 §3.2.1, RFC 3986 §3.3',
    ...[
      '/',
      '/a/b',
      '/a?b=c',
      '/?',
      '/a//b',
      '//a',
      '/%20',
      '/a;b=c',
      "/-._~!$&'()*+,;=:@",
      '/a?/?',
      '/.',
      '/../a',
    ].map((path) => accept(`the path ${path}`, to(path), { target: path, authority: 'a' })),
    ...['a', 'a/b', '?a', '', ':80', 'a:80', '*/', '../a'].map((path) =>
      refuse(`the target ${JSON.stringify(path)}`, 400, to(path)),
    ),
    refuse('a fragment', 400, to('/a#b')),
    refuse('only a fragment', 400, to('#')),
    ...['\0', '\x01', '\x0b', '\x1f', '\x7f', '\x80', '\xe9', '\xff'].map((byte) =>
      refuse(`the byte ${JSON.stringify(byte)} in a path`, 400, to(`/a${byte}b`)),
    ),
    // outside of RFC 3986, but what browsers send; none of them can end a line or a field
    ...['"', '<', '>', '\\', '^', '`', '{', '|', '}', '%zz', '[', ']'].map((text) =>
      accept(`${text} in a path, as browsers send it`, to(`/a${text}`), { target: `/a${text}` }),
    ),
  ),
  ...rules(
    'RFC 9112 §3.2.2',
    accept('the absolute form', to('http://b/c?d'), { target: '/c?d', authority: 'b' }),
    accept('the absolute form with a port', to('http://b:81/c'), { target: '/c', authority: 'b:81' }),
    accept('the absolute form without path', to('http://b'), { target: '/', authority: 'b' }),
    accept('the absolute form without path but a query', to('http://b?c'), { target: '/?c', authority: 'b' }),
    accept('the absolute form with an IPv6 address', to('http://[::1]:81/'), { authority: '[::1]:81' }),
    accept('the scheme in capitals', to('HTTP://b/'), { target: '/', authority: 'b' }),
    accept('https', to('https://b/'), { target: '/', authority: 'b' }),
    accept('the same host in target and Host', to('http://a/'), { target: '/', authority: 'a' }),
    accept('the absolute form for OPTIONS', to('http://b/c', 'OPTIONS'), { target: '/c' }),
    ...[
      'http:///a',
      'http://',
      'http:/a',
      'http:a',
      'ftp://b/',
      'file:///etc/passwd',
      'javascript:x',
      'http://b:x/',
      'http://b c/',
    ].map((absolute) => refuse(`the target ${absolute}`, 400, to(absolute))),
    refuse('an absolute target with a fragment', 400, to('http://b/#c')),
    refuse('an absolute target does not make up for a missing Host', 400, 'GET http://b/ HTTP/1.1\r\n\r\n'),
    refuse(
      'an absolute target does not make up for an invalid Host',
      400,
      'GET http://b/ HTTP/1.1\r\nHost: a b\r\n\r\n',
    ),
  ),
  ...rules('RFC 9110 §4.2.4', refuse('user information in the target', 400, to('http://u:p@b/'))),
  ...rules(
    'RFC 9112 §3.2.3, RFC 9110 §9.3.6',
    refuse('CONNECT: there are no tunnels', 501, to('a:443', 'CONNECT')),
    refuse('CONNECT to a path', 501, to('/', 'CONNECT')),
    refuse('CONNECT without port', 501, to('a', 'CONNECT')),
    refuse('the authority form for another method', 400, to('a:443')),
    accept('connect in small letters, which is another method', to('/', 'connect'), { method: 'connect' }),
  ),
  ...rules(
    'RFC 9112 §3.2.4',
    accept('* for OPTIONS', to('*', 'OPTIONS'), { method: 'OPTIONS', target: '*' }),
    accept('* for OPTIONS in absolute form', to('http://b', 'OPTIONS'), { target: '*', authority: 'b' }),
    refuse('* for GET', 400, to('*')),
    refuse('* with a query', 400, to('*?a', 'OPTIONS')),
    refuse('**', 400, to('**', 'OPTIONS')),
  ),
  ...rules(
    'RFC 9112 §3, RFC 9110 §15.5.15',
    accept('a target of 8 KiB', to('/' + 'x'.repeat(8191)), { target: '/' + 'x'.repeat(8191) }),
    refuse('a target of one byte more', 414, to('/' + 'x'.repeat(8192))),
    refuse('a target without end', 414, `GET /${'x'.repeat(20_000)}`),
  ),
]
