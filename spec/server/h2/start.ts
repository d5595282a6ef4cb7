import { HeaderList, type Exchange, type ExchangeHandler } from '../../../lib/http/index.js'
import {
  createHttpServer,
  type HttpServer,
  type HttpServerOptions,
  type ListenOptions,
} from '../../../lib/server/index.js'
import { FrameClient } from './client.js'

/** A server for one test. */
export interface Fixture {
  readonly server: HttpServer
  readonly port: number
  readonly errors: unknown[]
  readonly warnings: Error[]
  /** Opens a connection with the preface and settings. */
  open(...settings: readonly (readonly [number, number])[]): Promise<FrameClient>
}

const running: { server: HttpServer; clients: FrameClient[] }[] = []

afterEach(async () => {
  for (const { server, clients } of running.splice(0)) {
    for (const client of clients) client.destroy()
    await server.close()
  }
})

/** Starts a server on a free port; it is stopped after the test. */
export async function startH2(
  handler: ExchangeHandler,
  options: HttpServerOptions = {},
  where: ListenOptions = {},
): Promise<Fixture> {
  const errors: unknown[] = []
  const warnings: Error[] = []
  const server = createHttpServer({
    sweepInterval: 5,
    onError: (error) => errors.push(error),
    onWarning: (warning) => warnings.push(warning),
    ...options,
  })
  server.handle(handler)
  const clients: FrameClient[] = []
  running.push({ server, clients })
  const [address] = await server.listen({ host: '127.0.0.1', ...where })
  const { port } = address!
  const open = async (...settings: readonly (readonly [number, number])[]) => {
    const client = await FrameClient.open(port, ...settings)
    clients.push(client)
    return client
  }
  return { server, port, errors, warnings, open }
}

export const TEXT = HeaderList.from({ 'content-type': 'text/plain' }).freeze()

/** Answers 200 with text. */
export function reply(exchange: Exchange, text: string): void {
  exchange.sink.head(200, TEXT, Buffer.byteLength(text))
  exchange.sink.end(text)
}

/** Answers with the method, the target and the body. */
export async function echo(exchange: Exchange): Promise<void> {
  const body = await exchange.body.bytes(1 << 24)
  reply(exchange, `${exchange.method} ${exchange.target} ${Buffer.from(body).toString('latin1')}`.trimEnd())
}
