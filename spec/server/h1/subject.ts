import { createH1Server, type H1Options } from '../../../lib/server/index.js'
import type { ConformanceSubject } from '../../conformance/exchange.js'
import type { RawClient } from '../../support/raw-http.js'

/**
 * An HTTP/1.1 engine for the conformance suite.
 *
 * @param connect opens a connection to a port
 * @param options of the engine
 */
export function h1Subject(
  connect: (port: number) => Promise<RawClient>,
  options: H1Options = {},
): ConformanceSubject {
  return async (handler) => {
    const server = createH1Server(options)
    server.handle(handler)
    const [address] = await server.listen({ host: '127.0.0.1' })
    return {
      close: () => server.close(),
      async send({ method, target, headers = {}, body }) {
        const client = await connect(address!.port)
        const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
        const fields = Object.entries({ host: 'a', ...headers, ...length }).map(
          ([name, value]) => `${name}: ${value}\r\n`,
        )
        client.send(`${method} ${target} HTTP/1.1\r\n${fields.join('')}\r\n`)
        if (body !== undefined) client.send(Buffer.from(body))
        const answer = await client.response({ bodyless: method === 'HEAD' })
        client.destroy()
        return answer
      },
    }
  }
}
