import { accept, close, get, head, post, refuse, rules } from '../rule.js'

const old = (...fields: string[]) => ['GET / HTTP/1.0', ...fields, '', ''].join('\r\n')

/** How long a connection lasts, in which order it is answered, and what a client may ask of it. */
export const connection = [
  ...rules(
    'RFC 9112 §9.3, RFC 9110 §7.6.1',
    accept('HTTP/1.1 lasts', get(), 'GET /'),
    accept('keep-alive in HTTP/1.1 changes nothing', get('Connection: keep-alive'), 'GET /'),
    close('Connection: close', get('Connection: close'), 'GET /'),
    close('Connection: Close', get('Connection: Close'), 'GET /'),
    close('close in a list', get('Connection: a, close ,b'), 'GET /'),
    close('close in a line of its own', get('Connection: keep-alive', 'Connection: close'), 'GET /'),
    close('close and keep-alive', get('Connection: keep-alive, close'), 'GET /'),
    close('empty members around close', get('Connection: ,close,'), 'GET /'),
    accept('a member that only begins with close', get('Connection: closed'), 'GET /'),
    accept('a parameter of close, which there is not', get('Connection: close=1'), 'GET /'),
    accept('a no-break space before close, which is obs-text', get('Connection: \xa0close'), 'GET /'),
    accept('an empty Connection', get('Connection:'), 'GET /'),
    close('HTTP/1.0 does not last', old(), 'GET /'),
    accept('HTTP/1.0 with keep-alive lasts', old('Connection: keep-alive'), 'GET /'),
    accept('HTTP/1.0 with Keep-Alive in a list lasts', old('Connection: x, Keep-Alive'), 'GET /'),
    close('HTTP/1.0 with keep-alive and close', old('Connection: keep-alive, close'), 'GET /'),
    close('what follows Connection: close is ignored', get('Connection: close') + 'rubbish\r\n\r\n', 'GET /'),
    close(
      'a request behind Connection: close is ignored',
      get('Connection: close') + head('GET /b'),
      'GET /',
    ),
  ),
  ...rules(
    'RFC 9112 §9.3.2',
    accept('two requests', head('GET /1') + head('GET /2'), 'GET /1', 'GET /2'),
    accept(
      'requests with bodies',
      post('Content-Length: 1') +
        'a' +
        post('Transfer-Encoding: chunked') +
        '1\r\nb\r\n0\r\n\r\n' +
        head('GET /c'),
      { body: 'a' },
      { body: 'b' },
      'GET /c',
    ),
    accept('empty lines between requests', head('GET /1') + '\r\n' + head('GET /2'), 'GET /1', 'GET /2'),
    accept('many requests', head('GET /x').repeat(100), ...Array.from({ length: 100 }, () => 'GET /x')),
    accept(
      'safe and unsafe requests in turn',
      [1, 2, 3].map((i) => head(`GET /${i}`) + head(`DELETE /${i}`)).join(''),
      ...[1, 2, 3].flatMap((i) => [`GET /${i}`, `DELETE /${i}`]),
    ),
    refuse('an error behind a request', 400, head('GET /1') + 'x\r\n\r\n', 'GET /1'),
    refuse(
      'a request behind an error is not answered',
      400,
      head('GET /1') + 'x\r\n\r\n' + head('GET /2'),
      'GET /1',
    ),
    refuse(
      'a request behind a broken body is not answered',
      400,
      post('Transfer-Encoding: chunked') + 'x\r\n\r\n' + head('GET /2'),
    ),
  ),
  ...rules(
    'RFC 9110 §10.1.1',
    accept(
      '100-continue with the body right behind',
      post('Expect: 100-continue', 'Content-Length: 1') + 'x',
      { body: 'x' },
    ),
    accept('100-Continue', post('Expect: 100-Continue', 'Content-Length: 1') + 'x', { body: 'x' }),
    accept(
      '100-continue with a chunked body',
      post('Expect: 100-continue', 'Transfer-Encoding: chunked') + '1\r\nx\r\n0\r\n\r\n',
      { body: 'x' },
    ),
    accept('100-continue without body', get('Expect: 100-continue'), 'GET /'),
    close(
      '100-continue in HTTP/1.0',
      'POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx',
      { body: 'x' },
    ),
    refuse('another expectation', 417, get('Expect: tea')),
    refuse('100-continue and another', 417, get('Expect: 100-continue, tea')),
    refuse('an empty expectation', 417, get('Expect:')),
  ),
  ...rules(
    'RFC 9110 §7.8',
    accept('an upgrade that nobody takes', get('Connection: upgrade', 'Upgrade: websocket'), 'GET /'),
    accept(
      'an upgrade to HTTP/2',
      get('Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: '),
      'GET /',
    ),
    accept('an upgrade that Connection does not name', get('Upgrade: websocket'), 'GET /'),
    accept(
      'an upgrade of a request with a body',
      post('Connection: upgrade', 'Upgrade: x', 'Content-Length: 1') + 'y',
      { body: 'y' },
    ),
  ),
]
