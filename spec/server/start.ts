import type { AddressInfo, Socket } from 'node:net'
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import { HeaderList, type Exchange, type ExchangeHandler } from '../../lib/http/index.js'
import {
  createH1Server,
  type H1Options,
  type HttpServer,
  type ListenOptions,
} from '../../lib/server/index.js'
import { RawClient, type RawResponse } from '../support/raw-http.js'

/** A server for one test, with the clients that the test has opened. */
export interface Fixture {
  readonly server: HttpServer
  readonly port: number
  readonly errors: unknown[]
  readonly warnings: Error[]
  open(): Promise<RawClient>
  /** The server's end of a client's connection, as soon as it was accepted. */
  peer(client: RawClient): Promise<Socket>
  /** Waits until the server has read everything that a client has sent; also if that is nothing. */
  taken(client: RawClient): Promise<void>
  /** Opens a connection by TLS. */
  openTls(options?: ConnectionOptions): Promise<RawClient & { readonly socket: TLSSocket }>
  /** Opens a connection, sends the bytes, and answers all responses when the server has closed. */
  converse(bytes: string | Uint8Array): Promise<RawResponse[]>
}

const running: { server: HttpServer; clients: RawClient[] }[] = []

afterEach(async () => {
  for (const { server, clients } of running.splice(0)) {
    for (const client of clients) client.destroy()
    await server.close()
  }
})

/** Starts a server on a free port, or elsewhere; it is stopped after the test. */
export async function start(
  handler: ExchangeHandler,
  options: H1Options = {},
  where: ListenOptions = {},
): Promise<Fixture> {
  const errors: unknown[] = []
  const warnings: Error[] = []
  const server = createH1Server({
    sweepInterval: 5,
    onError: (error) => errors.push(error),
    onWarning: (warning) => warnings.push(warning),
    ...options,
  })
  server.handle(handler)
  const clients: RawClient[] = []
  const peers = new Map<number | undefined, Socket>()
  server.nodeServer.on('connection', (socket) => peers.set(socket.remotePort, socket))
  running.push({ server, clients })
  await server.listen(where.path === undefined ? { host: '127.0.0.1', ...where } : where)
  const address = server.nodeServer.address()
  const port = typeof address === 'object' ? (address as AddressInfo).port : 0
  const opened = <T extends RawClient>(client: T): T => {
    clients.push(client)
    return client
  }
  const open = async () =>
    opened(await RawClient.open(where.path === undefined ? port : { path: where.path }))
  const peer = async ({ socket }: RawClient) => {
    while (!peers.has(socket.localPort)) await nextTurn()
    return peers.get(socket.localPort)!
  }
  const taken = async (client: RawClient) => {
    const socket = await peer(client)
    while (socket.bytesRead < client.socket.bytesWritten && !socket.destroyed) await nextTurn()
  }
  const openTls = async (tls?: ConnectionOptions) => opened(await RawClient.openTls(port, tls))
  const converse = async (bytes: string | Uint8Array) => (await open()).send(bytes).allResponses()
  return { server, port, errors, warnings, open, peer, taken, openTls, converse }
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

/** Lets the event loop come to its next turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** The head of a request for `host: a`. */
export function head(line: string, ...fields: string[]): string {
  return [`${line} HTTP/1.1`, 'Host: a', ...fields, '', ''].join('\r\n')
}

/** Takes text apart into pieces of one byte. */
export function bytewise(text: string): string[] {
  return text.split('')
}
