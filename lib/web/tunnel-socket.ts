import { randomBytes } from 'node:crypto'
import { Duplex } from 'node:stream'
import { HeaderList, type HttpRequest, type UpgradedSocket, type UpgradeFeature } from '../http/index.js'
import type { HttpContext } from './http-context.js'

/** Where the head of an answer of HTTP/1.1 ends. */
const END_OF_HEAD = '\r\n\r\n'

/** More than any answer to a handshake has. */
const MAX_HEAD = 64 * 1024

/** Fields that say in HTTP/1.1 what a 200 says in HTTP/2 (RFC 8441 §5), or what HTTP/2 has no use for (RFC 9113 §8.2.2). */
const LEFT_OUT = new Set([
  'upgrade',
  'connection',
  'sec-websocket-accept',
  'transfer-encoding',
  'content-length',
])

/**
 * A stream of HTTP/2 for code that writes the answer to a handshake itself, as text of HTTP/1.1: the head is read, and said in
 * HTTP/2; what follows a 101 are the bytes of the tunnel.
 *
 * @see RFC 8441 §5
 */
export class TunnelSocket extends Duplex {
  /** Of the connection, as sockets of Node have them. */
  readonly remoteAddress: string
  readonly remotePort: number
  readonly encrypted: boolean
  private head = ''
  private inner: UpgradedSocket | undefined
  private isAnswered = false
  /** Of the write that waits for the client. */
  private blocked: (() => void) | undefined

  /**
   * @param context of the request
   * @param upgrade of the request, not accepted yet
   */
  constructor(
    private readonly context: HttpContext,
    private readonly upgrade: UpgradeFeature,
  ) {
    super({ allowHalfOpen: true })
    const { remoteAddress, remotePort, encrypted } = context.exchange.connection
    this.remoteAddress = remoteAddress
    this.remotePort = remotePort
    this.encrypted = encrypted
    context.exchange.sink.onClose((state) => {
      if (state === 'aborted') this.destroy()
    })
  }

  override _read(): void {
    this.inner?.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    const { inner } = this
    if (inner === undefined) {
      try {
        this.answer(chunk)
        done()
      } catch (error) {
        done(error as Error)
      }
    } else if (inner.write(chunk)) done()
    else this.blocked = done
  }

  override _final(done: () => void): void {
    this.inner?.end()
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const { sink } = this.context.exchange
    if (this.inner !== undefined) this.inner.destroy()
    else if (!this.isAnswered && sink.state !== 'aborted')
      sink.abort(error ?? new Error('The handshake was given up.'))
    done(error)
  }

  private answer(chunk: Buffer): void {
    // behind an answer that was no 101 nothing is said
    if (this.isAnswered) return
    this.head += chunk.toString('latin1')
    const end = this.head.indexOf(END_OF_HEAD)
    if (end === -1) {
      if (this.head.length > MAX_HEAD) throw new Error('The answer to a handshake has no end.')
      return
    }
    this.isAnswered = true
    const [statusLine = '', ...lines] = this.head.slice(0, end).split('\r\n')
    const rest = Buffer.from(this.head.slice(end + END_OF_HEAD.length), 'latin1')
    const status = Number(statusLine.split(' ')[1])
    const headers = headersOf(lines)
    if (status === 101) return this.open(headers, rest)
    const { sink } = this.context.exchange
    sink.head(status, headers, rest.length)
    sink.end(rest)
  }

  private open(headers: HeaderList, rest: Buffer): void {
    const { socket, head } = this.upgrade.accept(headers)
    this.inner = socket
    if (head.length > 0) this.push(head)
    socket.on('data', (bytes: Buffer) => {
      if (!this.push(bytes)) socket.pause()
    })
    socket.on('drain', () => {
      const { blocked } = this
      this.blocked = undefined
      blocked?.()
    })
    socket.on('end', () => this.push(null))
    socket.on('error', () => this.destroy())
    socket.on('close', () => this.destroy())
    if (rest.length > 0) socket.write(rest)
  }
}

function headersOf(lines: readonly string[]): HeaderList {
  const headers = new HeaderList()
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).trim().toLowerCase()
    if (colon > 0 && !LEFT_OUT.has(name)) headers.append(name, line.slice(colon + 1).trim())
  }
  return headers
}

/** An upgrade as Node tells of it. */
export interface NodeUpgrade {
  readonly request: HttpRequest
  readonly socket: UpgradedSocket
  readonly head: Buffer
}

/**
 * Takes an upgrade for code that was written for Node: it sees a request of HTTP/1.1 and a socket on which it writes the
 * answer, also where a WebSocket comes over HTTP/2.
 *
 * @param context of the request
 * @param upgrade of the request, not accepted yet
 * @throws {CorbelError} CORBEL_UPGRADE_UNAVAILABLE
 */
export function takeNodeUpgrade(context: HttpContext, upgrade: UpgradeFeature): NodeUpgrade {
  const { request } = context
  if (upgrade.form === 'upgrade') {
    const { socket, head } = upgrade.accept()
    return { request, socket, head: Buffer.from(head) }
  }
  // RFC 8441 §5: what HTTP/2 says in its own way, and a key, which proves nothing there
  const headers = {
    ...request.headers,
    connection: 'Upgrade',
    upgrade: upgrade.protocol,
    'sec-websocket-key': randomBytes(16).toString('base64'),
  }
  const told = Object.create(request, {
    method: { value: 'GET' },
    headers: { value: headers },
  }) as HttpRequest
  return { request: told, socket: new TunnelSocket(context, upgrade), head: Buffer.alloc(0) }
}
