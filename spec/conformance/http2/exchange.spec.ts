import { connect, type ClientHttp2Session } from 'node:http2'
import { createHttpServer, type HttpServerOptions } from '../../../lib/server/index.js'
import { localhost } from '../../server/tls/identities.js'
import { exchangeConformance, type ConformanceAnswer, type ConformanceSubject } from '../exchange.js'

/** The engine behind Node's own client. */
function subject(options: HttpServerOptions = {}): ConformanceSubject {
  return async (handler) => {
    const server = createHttpServer(options)
    server.handle(handler)
    const [address] = await server.listen({ host: '127.0.0.1' })
    const scheme = options.tls === undefined ? 'http' : 'https'
    const session = connect(`${scheme}://127.0.0.1:${address!.port}`, { rejectUnauthorized: false })
    return {
      close: async () => {
        session.destroy()
        await server.close()
      },
      send: (request) => send(session, request),
    }
  }
}

type Send = Awaited<ReturnType<ConformanceSubject>>['send']

function send(session: ClientHttp2Session, { method, target, headers = {}, body }: Parameters<Send>[0]) {
  const { host = 'a', ...others } = headers
  const fields = { ':method': method, ':path': target, ':authority': host, ...others }
  const stream = session.request(fields, { endStream: body === undefined })
  return new Promise<ConformanceAnswer>((resolve, reject) => {
    const parts: Buffer[] = []
    let head: Record<string, string> = {}
    let status = 0
    stream.on('response', (answer) => {
      status = answer[':status']!
      const pairs = Object.entries(answer).map(([name, value]) => [name, [value].flat().join(', ')])
      head = Object.fromEntries(pairs) as Record<string, string>
    })
    stream.on('data', (part: Buffer) => parts.push(part))
    stream.on('error', reject)
    stream.on('end', () => resolve({ status, headers: head, body: Buffer.concat(parts).toString('latin1') }))
    if (body !== undefined) stream.end(body)
  })
}

describe.each([
  ['TCP', subject()],
  ['TLS', subject({ tls: { key: localhost.key, cert: localhost.cert } })],
])('the HTTP/2 engine over %s, like every other,', (_, engine) => {
  it.each(Object.entries(exchangeConformance))('%s', (_behaviour, check) => check(engine))
})
