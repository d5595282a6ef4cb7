import { CorbelError } from '../../../lib/common/index.js'
import { HeaderList } from '../../../lib/http/index.js'
import { createHttpServer, WebSocketEngine, type WebSocketOptions } from '../../../lib/server/index.js'
import { localhost } from '../../server/tls/identities.js'

/** A server that sends every message back as it was. */
export interface Echo {
  readonly port: number
  readonly engine: WebSocketEngine
  /** What no client may cause. */
  readonly errors: unknown[]
  /** How connections have ended, as the server sees it. */
  readonly closes: (readonly [code: number, reason: string])[]
  close(): Promise<void>
}

/** Starts one on Corbel's server and its WebSocket engine. */
export async function startEcho(tls: boolean, options: WebSocketOptions = {}): Promise<Echo> {
  const engine = new WebSocketEngine(options)
  const errors: unknown[] = []
  const closes: (readonly [number, string])[] = []
  const server = createHttpServer({
    onError: (error) => errors.push(error),
    ...(tls && { tls: { key: localhost.key, cert: localhost.cert } }),
  })
  server.handle((exchange) => {
    try {
      engine.accept(exchange, {
        onMessage: (socket, content) => void socket.send(content),
        onClose: (_, code, reason) => closes.push([code, reason]),
        onError: (_, error) => errors.push(error),
      })
    } catch (error) {
      if (!(error instanceof CorbelError)) throw error
      exchange.sink.head(error.status ?? 500, HeaderList.from({ ...error.headers }), 0)
      exchange.sink.end()
    }
  })
  const [address] = await server.listen({ host: '127.0.0.1' })
  return {
    port: address!.port,
    engine,
    errors,
    closes,
    close: async () => {
      await engine.close(1001, 100)
      await server.close()
    },
  }
}
