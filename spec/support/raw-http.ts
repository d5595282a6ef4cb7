import { connect, type NetConnectOpts, type Socket } from 'node:net'
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls'

/** One response as it came over the wire. */
export interface RawResponse {
  readonly status: number
  readonly statusLine: string
  /** By name in lower case; several lines of a name are joined by `, `. */
  readonly headers: Readonly<Record<string, string>>
  /** latin1, with the chunked coding taken off. */
  readonly body: string
  readonly trailers: string
}

/** A client that sends exactly the bytes that it is told to, and keeps exactly those that come back. */
export class RawClient {
  /** Everything received so far, as latin1. */
  received = ''
  /** The server has ended its stream. */
  ended = false
  /** What became of the socket: undefined while it is open; an error code or 'closed' after that. */
  fate: string | undefined

  private at = 0
  private wake: (() => void) | undefined

  private constructor(readonly socket: Socket) {
    socket.setNoDelay(true)
    socket.on('data', (data: Buffer) => this.note(() => (this.received += data.toString('latin1'))))
    socket.on('end', () => this.note(() => (this.ended = true)))
    socket.on('error', (error: NodeJS.ErrnoException) => this.note(() => (this.fate = error.code ?? 'error')))
    socket.on('close', () => this.note(() => (this.fate ??= 'closed')))
  }

  /** Connects to a port of this machine, or elsewhere. */
  static async open(where: number | NetConnectOpts): Promise<RawClient> {
    const options = typeof where === 'number' ? { port: where, host: '127.0.0.1' } : where
    const socket = connect({ ...options, allowHalfOpen: true })
    const client = new RawClient(socket)
    await arrival(socket, 'connect')
    return client
  }

  /** Connects to a port of this machine by TLS; certificates are not verified unless that is asked for. */
  static async openTls(
    port: number,
    options: ConnectionOptions = {},
  ): Promise<RawClient & { readonly socket: TLSSocket }> {
    const where = options.path === undefined ? { port, host: '127.0.0.1' } : {}
    const settings: ConnectionOptions = { ...where, rejectUnauthorized: false, ...options }
    const socket = connectTls({ ...settings, allowHalfOpen: true } as ConnectionOptions)
    const client = new RawClient(socket)
    await arrival(socket, 'secureConnect')
    return client as RawClient & { readonly socket: TLSSocket }
  }

  /** Sends text as latin1, or bytes. */
  send(bytes: string | Uint8Array): this {
    this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
    return this
  }

  /** Ends this side of the connection. */
  end(): this {
    this.socket.end()
    return this
  }

  /** Waits for something to be true of this client. */
  async until(condition: (client: this) => boolean): Promise<this> {
    while (!condition(this)) {
      if (this.fate !== undefined || this.ended) {
        throw new Error(
          `the connection is gone (${this.fate ?? 'ended'}) after ${JSON.stringify(this.received)}`,
        )
      }
      await new Promise<void>((resolve) => (this.wake = resolve))
    }
    return this
  }

  /**
   * The next response.
   *
   * @param options `bodyless`: it answers a HEAD request, or is 1xx, 204 or 304
   */
  async response(options: { readonly bodyless?: boolean } = {}): Promise<RawResponse> {
    let found: { response: RawResponse; end: number } | undefined
    await this.until(() => {
      found = parseResponse(this.received, this.at, options.bodyless ?? false, this.ended)
      return found !== undefined
    })
    this.at = found!.end
    return found!.response
  }

  /** All responses up to the end of the server's stream. */
  async allResponses(): Promise<RawResponse[]> {
    await this.serverEnd()
    const responses: RawResponse[] = []
    while (this.at < this.received.length) responses.push(await this.response())
    return responses
  }

  /** Waits until the server ends its stream, and answers what was received and not asked for. */
  async serverEnd(): Promise<string> {
    await this.until(({ ended }) => ended)
    return this.received.slice(this.at)
  }

  /** Waits until the socket is gone, in whatever way; if the server ends its stream, so does this side. */
  async gone(): Promise<string> {
    while (this.fate === undefined) {
      if (this.ended) this.socket.end()
      await new Promise<void>((resolve) => (this.wake = resolve))
    }
    return this.fate
  }

  /** Closes at once. */
  destroy(): void {
    this.socket.destroy()
  }

  /** Closes with a reset, as a client that crashed does. */
  reset(): void {
    this.socket.resetAndDestroy()
  }

  private note(change: () => void): void {
    change()
    const { wake } = this
    this.wake = undefined
    wake?.()
  }
}

function arrival(socket: Socket, event: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(event, resolve)
    socket.once('error', reject)
  })
}

/**
 * Takes one response out of received text.
 *
 * @param text latin1
 * @param at where it begins
 * @param bodyless nothing follows the head
 * @param ended the text is all that there will be
 * @returns undefined if it is not complete
 */
export function parseResponse(
  text: string,
  at: number,
  bodyless: boolean,
  ended: boolean,
): { response: RawResponse; end: number } | undefined {
  const headEnd = text.indexOf('\r\n\r\n', at)
  if (headEnd === -1) return undefined
  const [statusLine = '', ...lines] = text.slice(at, headEnd).split('\r\n')
  const status = Number(/^HTTP\/1\.1 (\d{3}) \S/.exec(statusLine)?.[1])
  if (Number.isNaN(status)) throw new Error(`not a status line: ${JSON.stringify(statusLine)}`)
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const [, name, value] = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+): ?(.*)$/.exec(line) ?? []
    if (name === undefined || value === undefined) throw new Error(`not a field: ${JSON.stringify(line)}`)
    const key = name.toLowerCase()
    headers[key] = headers[key] === undefined ? value : `${headers[key]}, ${value}`
  }
  const start = headEnd + 4
  const answer = (body: string, end: number, trailers = '') => ({
    response: { status, statusLine, headers, body, trailers },
    end,
  })
  if (bodyless || status < 200 || status === 204 || status === 304) return answer('', start)
  if (headers['transfer-encoding'] === 'chunked') {
    const decoded = decodeChunks(text, start)
    return decoded && answer(decoded.body, decoded.end, decoded.trailers)
  }
  const length = headers['content-length']
  if (length === undefined) return ended ? answer(text.slice(start), text.length) : undefined
  const end = start + Number(length)
  return text.length < end ? undefined : answer(text.slice(start, end), end)
}

function decodeChunks(
  text: string,
  start: number,
): { body: string; end: number; trailers: string } | undefined {
  let body = ''
  for (let at = start; ;) {
    const lineEnd = text.indexOf('\r\n', at)
    if (lineEnd === -1) return undefined
    const size = parseInt(text.slice(at, lineEnd), 16)
    if (size === 0) {
      const end = text.startsWith('\r\n', lineEnd + 2) ? lineEnd : text.indexOf('\r\n\r\n', lineEnd)
      if (end === -1 || text.length < end + 4) return undefined
      return { body, end: end + 4, trailers: text.slice(lineEnd + 2, end + 2) }
    }
    if (text.length < lineEnd + 2 + size + 2) return undefined
    body += text.slice(lineEnd + 2, lineEnd + 2 + size)
    at = lineEnd + 2 + size + 2
  }
}
