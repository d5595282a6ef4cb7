import { connect, type SecureClientSessionOptions } from 'node:http2'
import { createHttpServer, type HttpServerOptions } from '../../../lib/server/index.js'
import type { ConformanceSubject } from '../../conformance/exchange.js'

/**
 * An HTTP/2 engine for the conformance suite, spoken to by Node's own client.
 *
 * @param scheme of the connection
 * @param options of the server
 * @param client of the client
 */
export function h2Subject(
  scheme: 'http' | 'https',
  options: HttpServerOptions = {},
  client: SecureClientSessionOptions = {},
): ConformanceSubject {
  return async (handler) => {
    const server = createHttpServer(options)
    server.handle(handler)
    const [address] = await server.listen({ host: '127.0.0.1' })
    const session = connect(`${scheme}://127.0.0.1:${address!.port}`, client)
    return {
      async close() {
        session.destroy()
        await server.close()
      },
      send({ method, target, headers: { host = 'a', ...headers } = {}, body }) {
        return new Promise((resolve, reject) => {
          const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const)
          const request = session.request({
            ':method': method,
            ':path': target,
            ':authority': host,
            ...Object.fromEntries(lower),
          })
          let status = 0
          let text = ''
          const fields: Record<string, string> = {}
          request.setEncoding('latin1')
          request.on('response', ({ ':status': code, ...rest }) => {
            status = code ?? 0
            for (const [name, value] of Object.entries(rest)) fields[name] = String(value)
          })
          request.on('data', (part: string) => (text += part))
          request.on('end', () => resolve({ status, headers: fields, body: text }))
          request.on('error', reject)
          request.end(body)
        })
      },
    }
  }
}
