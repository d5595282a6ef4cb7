import { HeaderList, type Exchange } from '../../../lib/http/index.js'
import { createHttpServer, type HttpServerOptions } from '../../../lib/server/index.js'
import { localhost } from '../../server/tls/identities.js'
import { answerTo, SeenLog, type Subject } from './subjects.js'

const TEXT = HeaderList.from({ 'content-type': 'text/plain' }).freeze()

/** Our own server. */
export async function corbelSubject(tls = false, options: HttpServerOptions = {}): Promise<Subject> {
  const log = new SeenLog()
  const errors: unknown[] = []
  const server = createHttpServer({
    onError: (error) => errors.push(error),
    ...(tls && { tls: { key: localhost.key, cert: localhost.cert } }),
    ...options,
  })
  server.handle(async (exchange: Exchange) => {
    const { method, target, authority, headers, body, sink } = exchange
    log.note(exchange.connection.remotePort, `${method} ${target}`)
    const answer = answerTo(method, target, authority, (name) => headers.get(name))
    if (answer.kind === 'hang') return
    const content = Buffer.from(await body.bytes(1 << 22))
    const text = answer.kind === 'echo' ? content : Buffer.from(answer.text, 'latin1')
    sink.head(200, TEXT, text.length)
    sink.end(text)
  })
  const [address] = await server.listen({ host: '127.0.0.1' })
  return { port: address!.port, tls, lax: false, watch: log.watch, errors, close: () => server.close() }
}
