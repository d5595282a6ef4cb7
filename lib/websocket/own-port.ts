import { CorbelError } from '../common/index.js'
import { HeaderList, type Exchange } from '../http/index.js'
import { createHttpServer, type HttpServer } from '../server/index.js'
import { HttpContext } from '../web/index.js'

/**
 * Listens for the gateways that have a port of their own; nothing else is served there.
 *
 * @param port of all addresses
 * @param take answers a request; false if no gateway has its path
 * @param report told of errors that nobody has handled
 */
export async function listenForGateways(
  port: number,
  take: (context: HttpContext) => boolean,
  report: (error: unknown) => void,
): Promise<HttpServer> {
  const server = createHttpServer({ onError: report })
  server.handle((exchange) => {
    try {
      if (!take(new HttpContext(exchange))) refuse(exchange, 404, 'There is no gateway at this path.')
    } catch (error) {
      if (!(error instanceof CorbelError)) throw error
      refuse(exchange, error.status ?? 500, error.message, error.headers)
    }
  })
  await server.listen({ port })
  return server
}

function refuse(
  { sink }: Exchange,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = Buffer.from(text)
  sink.head(status, HeaderList.from({ ...headers, 'content-type': 'text/plain; charset=utf-8' }), body.length)
  sink.end(body)
}
