import type { WebSocketLike } from '../../lib/client/index.js'

/** A frame that the client has sent. */
export interface SentFrame {
  readonly id?: number
  readonly event: string
  readonly data?: unknown
}

/** A WebSocket that the spec plays the server of. */
export class FakeWebSocket implements WebSocketLike {
  static readonly all: FakeWebSocket[] = []
  readyState = 0
  /** What has not left, as the spec says. */
  bufferedAmount = 0
  private readonly listeners = new Map<string, (event: object) => void>()
  readonly sent: SentFrame[] = []
  closed: { readonly code: number | undefined; readonly reason: string | undefined } | undefined

  constructor(
    readonly url: string,
    readonly protocols?: string[],
  ) {
    FakeWebSocket.all.push(this)
  }

  static get last(): FakeWebSocket {
    return FakeWebSocket.all.at(-1)!
  }

  addEventListener(event: string, listener: (event: object) => void): void {
    this.listeners.set(event, listener)
  }

  send(text: string): void {
    if (this.readyState !== 1) throw new Error('not open')
    this.sent.push(JSON.parse(text) as SentFrame)
  }

  close(code?: number, reason?: string): void {
    this.readyState = 3
    this.closed = { code, reason }
  }

  // —— what the server does ——

  open(): this {
    this.readyState = 1
    this.listeners.get('open')!({})
    return this
  }

  /** Sends a frame, or text that is none. */
  say(frame: object | string): this {
    const data = typeof frame === 'string' ? frame : JSON.stringify(frame)
    this.listeners.get('message')!({ data })
    return this
  }

  end(code: number, reason = ''): void {
    this.readyState = 3
    this.listeners.get('close')!({ code, reason })
  }
}
