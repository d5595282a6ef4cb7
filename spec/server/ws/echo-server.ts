import { connect, type Socket } from 'node:net'
import { createHttpServer, type HttpServerOptions } from '../../../lib/server/index.js'
import {
  WebSocketEngine,
  type WebSocketConnection,
  type WebSocketOptions,
} from '../../../lib/server/ws/index.js'
import { CorbelError } from '../../../lib/common/index.js'
import { HeaderList } from '../../../lib/http/index.js'

/** A server that sends every message back, and what it has heard. */
export interface EchoServer {
  readonly port: number
  readonly engine: WebSocketEngine
  readonly sockets: WebSocketConnection[]
  readonly closes: (readonly [code: number, reason: string])[]
  readonly errors: unknown[]
  /** Of HTTP, by which each socket has come. */
  readonly protocols: string[]
  /** Resolves with the payload of the next pong. */
  pong(): Promise<string>
  /** Resolves when a connection has ended like that. */
  closed(code: number, reason: string): Promise<void>
  close(): Promise<void>
}

/** Starts one on a free port. */
export async function echoServer(
  options: WebSocketOptions = {},
  onMessage: (socket: WebSocketConnection, content: string | Buffer) => void = (socket, content) =>
    void socket.send(content),
  { page, ...http }: HttpServerOptions & { readonly page?: string } = {},
): Promise<EchoServer> {
  const engine = new WebSocketEngine(options)
  const server = createHttpServer(http)
  const sockets: WebSocketConnection[] = []
  const closes: (readonly [number, string])[] = []
  const errors: unknown[] = []
  const protocols: string[] = []
  const waiting: (() => void)[] = []
  const listening: ((payload: string) => void)[] = []
  server.handle((exchange) => {
    try {
      const socket = engine.accept(exchange, {
        onMessage,
        onClose: (_, code, reason) => {
          closes.push([code, reason])
          for (const wake of waiting.splice(0)) wake()
        },
        onPong: (_, payload) => {
          for (const hear of listening.splice(0)) hear(Buffer.from(payload).toString())
        },
        onError: (_, error) => errors.push(error),
      })
      sockets.push(socket)
      protocols.push(exchange.protocol)
    } catch (error) {
      if (!(error instanceof CorbelError)) throw error
      if (page !== undefined && error.status === 426) {
        exchange.sink.head(200, HeaderList.from({ 'content-type': 'text/html' }), page.length)
        return exchange.sink.end(page)
      }
      const headers = HeaderList.from({ ...error.headers, 'x-code': error.code })
      exchange.sink.head(error.status ?? 500, headers, 0)
      exchange.sink.end()
    }
  })
  const [address] = await server.listen({ host: '127.0.0.1' })
  return {
    port: address!.port,
    engine,
    sockets,
    closes,
    errors,
    protocols,
    pong: () => new Promise((resolve) => listening.push(resolve)),
    closed: async (code, reason) => {
      while (!closes.some(([found, why]) => found === code && why === reason))
        await new Promise<void>((resolve) => waiting.push(resolve))
    },
    close: async () => {
      await engine.close(1001, 100)
      await server.close()
    },
  }
}

/** The key of the example in RFC 6455 §1.3. */
export const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='

/** A client of bytes: it says what it is told to, and keeps what it hears. */
export class RawClient {
  private received = Buffer.alloc(0)
  private ended = false
  private wake: (() => void) | undefined

  private constructor(readonly socket: Socket) {
    socket.on('data', (data: Buffer) => {
      this.received = Buffer.concat([this.received, data])
      this.wake?.()
    })
    socket.on('close', () => {
      this.ended = true
      this.wake?.()
    })
    socket.on('error', () => undefined)
  }

  static async open(port: number): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1')
    socket.setNoDelay(true)
    await new Promise((resolve) => socket.once('connect', resolve))
    return new RawClient(socket)
  }

  /** Shakes hands; answers the head of the answer. */
  async handshake(fields: Readonly<Record<string, string | undefined>> = {}): Promise<string> {
    const all = {
      host: 'a.example',
      upgrade: 'websocket',
      connection: 'Upgrade',
      'sec-websocket-version': '13',
      'sec-websocket-key': KEY,
      ...fields,
    }
    const lines = Object.entries(all).flatMap(([name, value]) =>
      value === undefined ? [] : `${name}: ${value}`,
    )
    this.socket.write(`GET /chat HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
    await this.until(() => this.received.includes('\r\n\r\n'))
    const end = this.received.indexOf('\r\n\r\n') + 4
    const head = this.received.toString('latin1', 0, end)
    this.received = this.received.subarray(end)
    return head
  }

  /** Says bytes, one by one if asked to. */
  async send(bytes: Uint8Array, piecewise = false): Promise<void> {
    if (!piecewise || bytes.length > 4096) {
      this.socket.write(bytes)
      return
    }
    for (const byte of bytes) {
      this.socket.write(Uint8Array.of(byte))
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** Waits for so many bytes. */
  async bytes(count: number): Promise<Buffer> {
    await this.until(() => this.received.length >= count)
    return this.received.subarray(0, count)
  }

  /** Everything until the server has closed the connection; answers its close. */
  async end(): Promise<Buffer> {
    await this.until(() => this.ended)
    return this.received
  }

  private async until(isDone: () => boolean): Promise<void> {
    while (!isDone()) {
      if (this.ended) throw new Error(`the connection has ended behind ${this.received.toString('hex')}`)
      await new Promise<void>((resolve) => (this.wake = resolve))
    }
  }
}

/** A frame of a client. */
export function frame(
  opcode: number,
  payload: Uint8Array | string = '',
  {
    final = true,
    rsv = 0,
    masked = true,
    length,
  }: { final?: boolean; rsv?: number; masked?: boolean; length?: readonly number[] } = {},
): Buffer {
  const bytes = Buffer.from(payload)
  const size = bytes.length
  const long =
    length ??
    (size < 126
      ? [size]
      : size <= 0xffff
        ? [126, size >> 8, size & 0xff]
        : [127, 0, 0, 0, 0, size >>> 24, (size >> 16) & 0xff, (size >> 8) & 0xff, size & 0xff])
  const key = Buffer.from([0x12, 0xfe, 0x80, 0x01])
  if (!masked) return Buffer.concat([Buffer.from([(final ? 0x80 : 0) | rsv | opcode, ...long]), bytes])
  const hidden = bytes.map((byte, i) => byte ^ key[i & 3]!)
  return Buffer.concat([
    Buffer.from([(final ? 0x80 : 0) | rsv | opcode, 0x80 | long[0]!, ...long.slice(1)]),
    key,
    hidden,
  ])
}

/** A close frame of a client. */
export function closeFrame(code?: number, reason: Uint8Array | string = ''): Buffer {
  if (code === undefined) return frame(8)
  return frame(8, Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]))
}
