import { WebSocket, type ClientOptions } from 'ws'

/** A client of plain WebSockets that keeps what it is told. */
export class TestClient {
  readonly received: unknown[] = []
  closed: { readonly code: number; readonly reason: string } | undefined
  private readonly waiting = new Set<() => void>()

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      this.received.push(isBinary ? data : readJson(data.toString()))
      this.wake()
    })
    socket.on('close', (code: number, reason: Buffer) => {
      this.closed = { code, reason: reason.toString() }
      this.wake()
    })
  }

  /** Connects; rejects with the status if it is refused. */
  static open(url: string, options: ClientOptions = {}, protocols: string[] = []): Promise<TestClient> {
    const socket = new WebSocket(url.replace(/^http/, 'ws'), protocols, options)
    const client = new TestClient(socket)
    return new Promise((resolve, reject) => {
      socket.on('open', () => resolve(client))
      socket.on('unexpected-response', (_, response) => {
        reject(new Error(`refused with ${response.statusCode}`))
        socket.terminate()
      })
      socket.on('error', reject)
    })
  }

  emit(event: string, data?: unknown, id?: string | number): this {
    this.socket.send(JSON.stringify({ event, data, id }))
    return this
  }

  /** Waits for so many messages in all. */
  async messages(count: number): Promise<unknown[]> {
    await this.until(() => this.received.length >= count)
    return this.received
  }

  async end(): Promise<{ readonly code: number; readonly reason: string }> {
    await this.until(() => this.closed !== undefined)
    return this.closed!
  }

  async close(): Promise<void> {
    this.socket.close()
    await this.end()
  }

  /** Waits for something to be true of this client; several may wait at a time. */
  async until(isDone: () => boolean): Promise<void> {
    while (!isDone()) {
      if (this.closed !== undefined) throw new Error(`closed: ${JSON.stringify(this)}`)
      await new Promise<void>((resolve) => this.waiting.add(resolve))
    }
  }

  toJSON(): object {
    return { received: this.received, closed: this.closed }
  }

  private wake(): void {
    const woken = [...this.waiting]
    this.waiting.clear()
    for (const call of woken) call()
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
