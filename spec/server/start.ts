import { type AddressInfo } from 'node:net'
import { HeaderList, type Exchange, type ExchangeHandler } from '../../lib/http/index.js'
import { createH1Server, type H1Options, type H1Server } from '../../lib/server/index.js'
import { RawClient, type RawResponse } from '../support/raw-http.js'

/** A server for one test, with the clients that the test has opened. */
export interface Fixture {
  readonly server: H1Server
  readonly port: number
  readonly errors: unknown[]
  open(): Promise<RawClient>
  /** Opens a connection, sends the bytes, and answers all responses when the server has closed. */
  converse(bytes: string | Uint8Array): Promise<RawResponse[]>
}

const running: { server: H1Server; clients: RawClient[] }[] = []

afterEach(async () => {
  for (const { server, clients } of running.splice(0)) {
    for (const client of clients) client.destroy()
    await server.close()
  }
})

/** Starts a server on a free port; it is stopped after the test. */
export async function start(handler: ExchangeHandler, options: H1Options = {}): Promise<Fixture> {
  const errors: unknown[] = []
  const server = createH1Server({ sweepInterval: 5, onError: (error) => errors.push(error), ...options })
  server.handle(handler)
  await server.listen({ host: '127.0.0.1' })
  const clients: RawClient[] = []
  running.push({ server, clients })
  // eslint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on TCP
  const { port } = server.nodeServer.address() as AddressInfo
  const open = async () => {
    const client = await RawClient.open(port)
    clients.push(client)
    return client
  }
  const converse = async (bytes: string | Uint8Array) => (await open()).send(bytes).allResponses()
  return { server, port, errors, open, converse }
}

export const TEXT = HeaderList.from({ 'content-type': 'text/plain' }).freeze()

/** Answers 200 with text. */
export function reply(exchange: Exchange, text: string): void {
  exchange.sink.head(200, TEXT, Buffer.byteLength(text))
  exchange.sink.end(text)
}

/** Answers with the method, the target and the body. */
export async function echo(exchange: Exchange): Promise<void> {
  const body = await exchange.body.bytes(1 << 20)
  reply(exchange, `${exchange.method} ${exchange.target} ${Buffer.from(body).toString('latin1')}`.trimEnd())
}

/** A promise and what settles it. */
export function deferred<T = void>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void
  const promise = new Promise<T>((settle) => (resolve = settle))
  return { promise, resolve }
}

/** The head of a request for `host: a`. */
export function head(line: string, ...fields: string[]): string {
  return [`${line} HTTP/1.1`, 'Host: a', ...fields, '', ''].join('\r\n')
}

/** Takes text apart into pieces of one byte. */
export function bytewise(text: string): string[] {
  return text.split('')
}
