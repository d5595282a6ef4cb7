import { WebSocket, type ClientOptions } from 'ws'

/** Packets of Engine.IO, as their first character. */
export const SEPARATOR = '\x1e'

/** A WebSocket of packets, which keeps what it hears until it is asked. */
export class PacketClient {
  private readonly heard: (string | Buffer)[] = []
  private readonly waiting = new Set<() => void>()
  private isClosed = false

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer, isBinary) => {
      this.heard.push(isBinary ? data : data.toString())
      this.wake()
    })
    socket.on('close', () => {
      this.isClosed = true
      this.wake()
    })
    // what is refused closes as well
    socket.on('error', () => undefined)
  }

  /** Connects; the handshake may be refused, which shows as a close. */
  static to(url: string, path: string, options: ClientOptions = {}): PacketClient {
    return new PacketClient(new WebSocket(`${url.replace('http', 'ws')}${path}`, options))
  }

  send(packet: string | Uint8Array): void {
    this.socket.send(packet)
  }

  /** The next packet. */
  async next(): Promise<string | Buffer> {
    await this.until(() => this.heard.length > 0 || this.isClosed)
    const packet = this.heard.shift()
    if (packet === undefined) throw new Error('the connection is closed')
    return packet
  }

  /** The next packet that begins like this; what comes before is passed over. */
  async find(beginning: string): Promise<string> {
    for (;;) {
      const packet = await this.next()
      if (typeof packet === 'string' && packet.startsWith(beginning)) return packet
    }
  }

  /** Waits for the end, whatever is heard before; answers what that was. */
  async closed(): Promise<readonly (string | Buffer)[]> {
    await this.until(() => this.isClosed)
    return this.heard
  }

  close(): void {
    this.socket.terminate()
  }

  private async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>((resolve) => this.waiting.add(resolve))
  }

  private wake(): void {
    const woken = [...this.waiting]
    this.waiting.clear()
    for (const call of woken) call()
  }
}

/** What a session begins with. */
export interface Handshake {
  readonly sid: string
  readonly upgrades: readonly string[]
  readonly pingInterval: number
  readonly pingTimeout: number
  readonly maxPayload: number
}

/** A session that polls. */
export class PollingClient {
  private constructor(
    private readonly url: string,
    readonly handshake: Handshake,
  ) {}

  /** @param url with the path, and the parameters of a handshake */
  static async open(url: string): Promise<PollingClient> {
    const response = await fetch(url)
    const packet = await response.text()
    if (response.status !== 200 || !packet.startsWith('0')) throw new Error(`${response.status} ${packet}`)
    const handshake = JSON.parse(packet.slice(1)) as Handshake
    return new PollingClient(`${url}&sid=${handshake.sid}`, handshake)
  }

  get(): Promise<Response> {
    return fetch(this.url)
  }

  /** Waits for packets. */
  async poll(): Promise<string> {
    const response = await this.get()
    if (response.status !== 200) throw new Error(`a poll was answered ${response.status}`)
    return response.text()
  }

  post(body: string | Uint8Array, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.url, { method: 'POST', body: body, headers })
  }

  /** Polls until the session is gone: that is answered 400. Answers what was heard before. */
  async gone(): Promise<readonly string[]> {
    const heard: string[] = []
    for (;;) {
      const response = await this.get()
      const text = await response.text()
      if (response.status === 400) return heard
      if (response.status !== 200) throw new Error(`a poll was answered ${response.status}`)
      heard.push(text)
    }
  }
}
