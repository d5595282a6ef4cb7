import { HeaderList, type Exchange } from '../../../lib/http/index.js'
import { createH1Server } from '../../../lib/server/index.js'
import { RawClient } from '../../support/raw-http.js'
import { deferred, echo, reply, start } from '../start.js'

const get = (rest: string): string => `GET / HTTP/1.1\r\n${rest}\r\n`
const post = (rest: string): string => `POST / HTTP/1.1\r\nHost: a\r\n${rest}`

/** What is wrong, the bytes, the status and the code of the answer. */
const REFUSED: readonly (readonly [string, string, number, string])[] = [
  ['a request line without a target', 'GET HTTP/1.1\r\nHost: a\r\n\r\n', 400, 'CORBEL_H1_REQUEST_LINE'],
  ['a target without a slash', 'GET foo HTTP/1.1\r\nHost: a\r\n\r\n', 400, 'CORBEL_H1_TARGET'],
  [
    'a target beyond its limit',
    `GET /${'a'.repeat(9000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
    414,
    'CORBEL_H1_TARGET_TOO_LONG',
  ],
  ['another major version', 'GET / HTTP/2.0\r\nHost: a\r\n\r\n', 505, 'CORBEL_H1_VERSION'],
  ['CONNECT', 'CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n', 501, 'CORBEL_H1_METHOD'],
  ['white space before a colon', get('Host: a\r\nx : 1\r\n'), 400, 'CORBEL_H1_FIELD'],
  [
    'a head beyond its limit',
    get(`Host: a\r\nx: ${'a'.repeat(17_000)}\r\n`),
    431,
    'CORBEL_H1_HEAD_TOO_LARGE',
  ],
  ['too many fields', get(`Host: a\r\n${'x: 1\r\n'.repeat(101)}`), 431, 'CORBEL_H1_TOO_MANY_FIELDS'],
  ['no Host', get(''), 400, 'CORBEL_H1_HOST'],
  ['two lengths', post('Content-Length: 1\r\nContent-Length: 1\r\n\r\nx'), 400, 'CORBEL_H1_CONTENT_LENGTH'],
  [
    'a length and a transfer coding',
    post('Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'),
    400,
    'CORBEL_H1_TRANSFER_ENCODING',
  ],
  [
    'an unknown transfer coding',
    post('Transfer-Encoding: gzip, chunked\r\n\r\n'),
    501,
    'CORBEL_H1_TRANSFER_CODING',
  ],
  ['an unknown expectation', post('Content-Length: 1\r\nExpect: tea\r\n\r\n'), 417, 'CORBEL_H1_EXPECTATION'],
  [
    'a signed chunk size',
    post('Transfer-Encoding: chunked\r\n\r\n+1\r\nx\r\n0\r\n\r\n'),
    400,
    'CORBEL_H1_CHUNK',
  ],
  [
    'chunk extensions beyond their limit',
    post(`Transfer-Encoding: chunked\r\n\r\n1;${'a'.repeat(5000)}\r\nx\r\n0\r\n\r\n`),
    413,
    'CORBEL_H1_CHUNK_EXTENSION_TOO_LARGE',
  ],
  [
    'trailers beyond their limit',
    post(`Transfer-Encoding: chunked\r\n\r\n0\r\nx: ${'a'.repeat(9000)}\r\n\r\n`),
    431,
    'CORBEL_H1_TRAILER_TOO_LARGE',
  ],
]

describe('the answer to what is refused', () => {
  it.each(REFUSED)('%s names its code, and the connection is closed', async (_what, bytes, status, code) => {
    const { converse } = await start(echo)
    const [answer, ...more] = await converse(bytes)
    expect(answer!.status).toBe(status)
    expect(JSON.parse(answer!.body)).toMatchObject({ type: 'about:blank', status, code })
    expect(answer!.headers).toMatchObject({ connection: 'close', 'content-type': 'application/problem+json' })
    expect(more).toEqual([])
  })

  it('one connection too many is told so', async () => {
    const { open, converse } = await start((exchange) => reply(exchange, 'x'), { maxConnections: 1 })
    const first = await open()
    await first.send(get('Host: a\r\n')).response()
    const [answer] = await converse(get('Host: a\r\n'))
    expect([answer!.status, JSON.parse(answer!.body)]).toEqual([
      503,
      expect.objectContaining({ code: 'CORBEL_H1_TOO_MANY_CONNECTIONS' }),
    ])
  })

  it('a server without a handler says that it is not ready', async () => {
    const server = createH1Server()
    try {
      const [bound] = await server.listen({ host: '127.0.0.1' })
      const client = await RawClient.open(bound!.port)
      const answer = await client.send(get('Host: a\r\n')).response()
      client.destroy()
      expect([answer.status, JSON.parse(answer.body)]).toEqual([
        503,
        expect.objectContaining({ code: 'CORBEL_SERVER_HANDLER_MISSING' }),
      ])
    } finally {
      await server.close()
    }
  })

  it('a request behind an answer that ends the connection is aborted with the reason', async () => {
    const first = deferred<Exchange>()
    const second = deferred<Exchange>()
    const { open } = await start((exchange) => {
      void exchange.signal
      if (exchange.target === '/1') first.resolve(exchange)
      else second.resolve(exchange)
    })
    const client = await open()
    client.send('GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n')
    const [one, two] = await Promise.all([first.promise, second.promise])
    one.sink.head(200, HeaderList.from({ connection: 'close' }), 0)
    one.sink.end()
    expect(two.signal.reason).toMatchObject({ code: 'CORBEL_H1_CONNECTION_ENDED' })
  })
})
