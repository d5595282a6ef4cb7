import {
  HeaderList,
  INFORMATIONAL,
  UPGRADE,
  type Exchange,
  type ExchangeHandler,
} from '../../../../lib/http/index.js'
import { get, head, post } from '../rule.js'

/** One rule about answers: what a handler does, and the bytes that have to leave; `date: *` stands for any date. */
export interface ResponseRule {
  readonly name: string
  readonly source: string
  readonly bytes: string
  readonly handler: ExchangeHandler
  readonly out: string
}

const text = (value: string) => Buffer.from(value, 'latin1')
const lines = (...parts: string[]) => [...parts, '', ''].join('\r\n')
const fields = (from: Record<string, string> = {}) => HeaderList.from(from)

/** Answers with a status and a body of a known length. */
const whole =
  (status: number, body: string, headers: Record<string, string> = {}): ExchangeHandler =>
  ({ sink }) => {
    sink.head(status, fields(headers), body.length)
    sink.end(body)
  }

/** Answers with a body whose length is not said. */
const stream =
  (status: number, parts: string[], trailers?: Record<string, string>): ExchangeHandler =>
  ({ sink }) => {
    sink.head(status, fields(), 'stream')
    for (const part of parts) sink.write(text(part))
    sink.end(undefined, trailers && fields(trailers))
  }

/** Answers with a status and nothing else. */
const none =
  (status: number, headers: Record<string, string> = {}): ExchangeHandler =>
  ({ sink }) => {
    sink.head(status, fields(headers), 'none')
    sink.end()
  }

const echo: ExchangeHandler = async (exchange: Exchange) => {
  const body = text(Buffer.from(await exchange.body.bytes(1000)).toString('latin1'))
  exchange.sink.head(200, fields(), body.length)
  exchange.sink.end(body)
}

const hints: ExchangeHandler = (exchange) => {
  const early = fields({ link: '</a.css>; rel=preload' })
  exchange.feature(INFORMATIONAL)?.send(103, early)
  return whole(200, 'x')(exchange)
}

const upgrade: ExchangeHandler = (exchange) => {
  const { socket, head: rest } = exchange.feature(UPGRADE)!.accept()
  socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n')
  socket.write(rest)
  socket.on('data', (more: Buffer) => void socket.write(more))
  socket.on('end', () => void socket.end())
}

const injected =
  (name: string, value: string): ExchangeHandler =>
  (exchange) => {
    exchange.sink.head(200, fields({ [name]: value }), 0)
    exchange.sink.end()
  }

const OK = 'HTTP/1.1 200 OK'
const DATE = 'date: *'
const upgrading = get('Connection: upgrade', 'Upgrade: echo')
const failure = '{"type":"about:blank","title":"Internal Server Error","status":500}'
const FAILED = (body = failure) =>
  lines(
    'HTTP/1.1 500 Internal Server Error',
    'content-type: application/problem+json',
    DATE,
    `content-length: ${failure.length}`,
  ) + body

/** What a server has to say, to the byte. */
export const responseRules: readonly ResponseRule[] = [
  { name: 'a body of a known length', source: 'RFC 9112 §6.2', bytes: get(), handler: whole(200, 'hello'), out: lines(OK, DATE, 'content-length: 5') + 'hello' },
  { name: 'an empty body', source: 'RFC 9112 §6.2', bytes: get(), handler: whole(200, ''), out: lines(OK, DATE, 'content-length: 0') },
  { name: 'nothing', source: 'RFC 9110 §8.6', bytes: get(), handler: none(200), out: lines(OK, DATE, 'content-length: 0') },
  { name: 'a body in parts', source: 'RFC 9112 §7.1', bytes: get(), handler: stream(200, ['hello', '', 'x'.repeat(17)]), out: lines(OK, DATE, 'transfer-encoding: chunked') + `5\r\nhello\r\n11\r\n${'x'.repeat(17)}\r\n0\r\n\r\n` },
  { name: 'no parts', source: 'RFC 9112 §7.1', bytes: get(), handler: stream(200, []), out: lines(OK, DATE, 'transfer-encoding: chunked') + '0\r\n\r\n' },
  { name: 'trailers', source: 'RFC 9112 §7.1.2', bytes: get(), handler: stream(200, ['a'], { 'x-sum': '1' }), out: lines(OK, DATE, 'transfer-encoding: chunked') + '1\r\na\r\n0\r\nx-sum: 1\r\n\r\n' },
  { name: 'trailers about framing, which are left out', source: 'RFC 9110 §6.5.1', bytes: get(), handler: stream(200, [], { 'content-length': '5', 'transfer-encoding': 'x', 'x-sum': '1' }), out: lines(OK, DATE, 'transfer-encoding: chunked') + '0\r\nx-sum: 1\r\n\r\n' },
  { name: 'a body in parts in HTTP/1.0', source: 'RFC 9112 §6.3', bytes: 'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n', handler: stream(200, ['a', 'b'], { 'x-sum': '1' }), out: lines(OK, DATE, 'connection: close') + 'ab' },
  { name: 'HTTP/1.0', source: 'RFC 9112 §9.3', bytes: 'GET / HTTP/1.0\r\n\r\n', handler: whole(200, 'x'), out: lines(OK, DATE, 'content-length: 1', 'connection: close') + 'x' },
  { name: 'HTTP/1.0 that lasts', source: 'RFC 9112 §9.3', bytes: 'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n', handler: whole(200, 'x'), out: lines(OK, DATE, 'content-length: 1', 'connection: keep-alive') + 'x' },
  { name: 'the last answer', source: 'RFC 9112 §9.6', bytes: get('Connection: close'), handler: whole(200, 'x'), out: lines(OK, DATE, 'content-length: 1', 'connection: close') + 'x' },
  { name: 'an answer that the handler makes the last', source: 'RFC 9112 §9.6', bytes: get() + get(), handler: whole(200, 'x', { connection: 'close' }), out: lines(OK, DATE, 'content-length: 1', 'connection: close') + 'x' },
  { name: 'HEAD', source: 'RFC 9110 §9.3.2', bytes: head('HEAD /'), handler: whole(200, 'hello'), out: lines(OK, DATE, 'content-length: 5') },
  { name: 'HEAD of a body in parts', source: 'RFC 9110 §9.3.2', bytes: head('HEAD /'), handler: stream(200, ['a'], { x: '1' }), out: lines(OK, DATE, 'transfer-encoding: chunked') },
  { name: 'HEAD, then GET', source: 'RFC 9110 §9.3.2', bytes: head('HEAD /') + get(), handler: whole(200, 'x'), out: lines(OK, DATE, 'content-length: 1') + lines(OK, DATE, 'content-length: 1') + 'x' },
  { name: 'HEAD of a failure', source: 'RFC 9110 §9.3.2', bytes: head('HEAD /'), handler: () => Promise.reject(new Error('secret')), out: FAILED('') },
  { name: '204 with a body', source: 'RFC 9110 §15.3.5, §8.6', bytes: get(), handler: whole(204, 'hello'), out: lines('HTTP/1.1 204 No Content', DATE) },
  { name: '204 with parts', source: 'RFC 9110 §15.3.5, RFC 9112 §6.1', bytes: get(), handler: stream(204, ['a']), out: lines('HTTP/1.1 204 No Content', DATE) },
  { name: '205 with a body', source: 'RFC 9110 §15.3.6', bytes: get() + head('HEAD /'), handler: whole(205, 'hello'), out: lines('HTTP/1.1 205 Reset Content', DATE, 'content-length: 0').repeat(2) },
  { name: '205 with parts', source: 'RFC 9110 §15.3.6', bytes: get(), handler: stream(205, ['a']), out: lines('HTTP/1.1 205 Reset Content', DATE, 'content-length: 0') },
  { name: '304 with the length of what it stands for', source: 'RFC 9110 §15.4.5, §8.6', bytes: get(), handler: none(304, { 'content-length': '5', etag: '"a"' }), out: lines('HTTP/1.1 304 Not Modified', 'etag: "a"', DATE, 'content-length: 5') },
  { name: '304 with parts', source: 'RFC 9110 §15.4.5', bytes: get(), handler: stream(304, ['a']), out: lines('HTTP/1.1 304 Not Modified', DATE) },
  { name: 'a status that nobody has named', source: 'RFC 9112 §4', bytes: get(), handler: whole(299, ''), out: lines('HTTP/1.1 299 Unknown', DATE, 'content-length: 0') },
  { name: 'a Date of the application', source: 'RFC 9110 §6.6.1', bytes: get(), handler: whole(200, '', { date: '*' }), out: lines(OK, 'date: *', 'content-length: 0') },
  { name: 'framing that the handler wants otherwise', source: 'RFC 9112 §6.1', bytes: get(), handler: whole(200, 'x', { 'content-length': '5', 'transfer-encoding': 'gzip', 'keep-alive': 'x', upgrade: 'h2c' }), out: lines(OK, DATE, 'content-length: 1') + 'x' },
  { name: '426 with what to upgrade to', source: 'RFC 9110 §15.5.22', bytes: get(), handler: none(426, { upgrade: 'h2c' }), out: lines('HTTP/1.1 426 Upgrade Required', DATE, 'content-length: 0', 'connection: upgrade', 'upgrade: h2c') },
  { name: 'early hints', source: 'RFC 8297, RFC 9110 §15.2', bytes: get(), handler: hints, out: lines('HTTP/1.1 103 Early Hints', 'link: </a.css>; rel=preload') + lines(OK, DATE, 'content-length: 1') + 'x' },
  { name: 'early hints in HTTP/1.0, which has none', source: 'RFC 9110 §15.2', bytes: 'GET / HTTP/1.0\r\n\r\n', handler: hints, out: lines(OK, DATE, 'content-length: 1', 'connection: close') + 'x' },
  { name: '100-continue, its body still to come', source: 'RFC 9110 §10.1.1', bytes: post('Expect: 100-continue', 'Content-Length: 5'), handler: echo, out: lines('HTTP/1.1 100 Continue') },
  { name: '100-continue with its body', source: 'RFC 9110 §10.1.1', bytes: post('Expect: 100-continue', 'Content-Length: 5') + 'hello', handler: echo, out: lines(OK, DATE, 'content-length: 5') + 'hello' },
  { name: '100-continue that is answered without asking for the body', source: 'RFC 9110 §10.1.1', bytes: post('Expect: 100-continue', 'Content-Length: 5'), handler: whole(403, ''), out: lines('HTTP/1.1 403 Forbidden', DATE, 'content-length: 0', 'connection: close') },
  { name: 'an upgrade, with bytes that came already', source: 'RFC 9110 §7.8', bytes: `${upgrading}GET / HTTP/1.1\r\n\n\0`, handler: upgrade, out: lines('HTTP/1.1 101 Switching Protocols', 'connection: upgrade', 'upgrade: echo') + 'GET / HTTP/1.1\r\n\n\0' },
  { name: 'an upgrade behind a request', source: 'RFC 9110 §7.8', bytes: `${get('X: 1')}${upgrading}x`, handler: (exchange) => (exchange.headers.has('x') ? whole(200, 'a')(exchange) : upgrade(exchange)), out: lines(OK, DATE, 'content-length: 1') + 'a' + lines('HTTP/1.1 101 Switching Protocols', 'connection: upgrade', 'upgrade: echo') + 'x' },
  { name: 'OPTIONS *', source: 'RFC 9110 §9.3.7', bytes: head('OPTIONS *'), handler: whole(204, '', { allow: 'GET' }), out: lines('HTTP/1.1 204 No Content', 'allow: GET', DATE) },
  ...['a\r\nb: c', 'a\nb', 'a\rb', 'a\0b', 'a\x7fb', 'a\u010ab', ' a', 'a '].map((value) => ({ name: `the value ${JSON.stringify(value)}`, source: 'RFC 9110 §5.5', bytes: get(), handler: injected('x', value), out: FAILED() })),
  ...['a b', 'a:', 'a\r\nb', '', 'a\0', '\xe9'].map((name) => ({ name: `the field ${JSON.stringify(name)}`, source: 'RFC 9110 §5.1', bytes: get(), handler: injected(name, 'x'), out: FAILED() })),
  { name: 'more than was declared', source: 'RFC 9110 §8.6', bytes: get() + get(), handler: ({ sink }) => { sink.head(200, fields(), 1); sink.end('ab') }, out: '' },
] // prettier-ignore
