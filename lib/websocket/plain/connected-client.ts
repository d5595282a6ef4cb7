import type { HttpRequest } from '../../http/index.js'
import { CloseCode, ReadyState, type WebSocketConnection } from '../../server/index.js'
import { ENTER } from '../entering.js'
import type { ClientObserver } from '../observer.js'
import type { ClientHandshake } from './client-handshake.js'

/** What stands between a client and its gateways. */
export interface ClientOwner {
  /** Guards have let the client in; said once or more. */
  enter(): void
  /** The client is gone; said once or more. */
  leave(code: number, reason: string): void
}

/** A client on a plain WebSocket: what gateways and handlers have in common. */
export class ConnectedClient {
  /** Who it is, as guards have found out. */
  user: unknown = undefined
  /** Hears of what is sent, where somebody wants to know. */
  observer: ClientObserver | undefined = undefined
  protected connection: WebSocketConnection | undefined
  private owner: ClientOwner | undefined
  private listeners: Set<() => void> | undefined
  private ownData: Record<string, unknown> | undefined

  /** @param handshake how it has connected */
  constructor(readonly handshake: ClientHandshake) {}

  /** Whatever the application knows of it. */
  get data(): Record<string, unknown> {
    return (this.ownData ??= {})
  }

  set data(data: Record<string, unknown>) {
    this.ownData = data
  }

  /** The request with which it has connected. */
  get request(): HttpRequest {
    return this.handshake.context.request
  }

  /** 1: open; 2: closing; 3: closed. */
  get readyState(): number {
    return this.connection?.readyState ?? ReadyState.Connecting
  }

  get connected(): boolean {
    return this.readyState === ReadyState.Open
  }

  /** The subprotocol that was agreed on, or ''. */
  get protocol(): string {
    return this.connection?.protocol ?? ''
  }

  /** Bytes that were sent and have not left this process. */
  get bufferedAmount(): number {
    return this.connection?.bufferedAmount ?? 0
  }

  /** Sends text or bytes as they are; false if the client is slower than the sender, or gone. */
  send(content: string | Uint8Array): boolean {
    if (this.observer !== undefined && this.connected) this.observer.sent(content)
    return this.connection?.send(content) ?? false
  }

  /** Resolves when a client that was slow has taken what was sent; rejects if it goes away. */
  drained(): Promise<void> {
    return this.connection?.drained() ?? Promise.resolve()
  }

  /** Closes the connection, when what was sent has left. */
  disconnect(): void {
    this.connection?.close()
  }

  /**
   * Closes the connection with a code.
   *
   * @throws {CorbelError} CORBEL_WS_CLOSE_CODE
   */
  close(code: number = CloseCode.Normal, reason = ''): void {
    this.connection?.close(code, reason)
  }

  /** Cuts the connection off. */
  terminate(): void {
    this.connection?.terminate()
  }

  /**
   * Calls back once, when the client is gone.
   *
   * @returns what ends that
   */
  whenGone(call: () => void): () => void {
    this.listeners ??= new Set()
    const { listeners } = this
    listeners.add(call)
    return () => void listeners.delete(call)
  }

  // —— for whoever has made it ——

  /** It is gone. */
  tellGone(): void {
    const { listeners } = this
    this.listeners = undefined
    listeners?.forEach((call) => call())
  }

  attach(connection: WebSocketConnection, owner: ClientOwner): void {
    this.connection = connection
    this.owner = owner
  }

  /** Guards have let it in. */
  [ENTER](): void {
    this.owner?.enter()
  }

  /** Another connection has taken its place. */
  supersede(): void {
    this.owner?.leave(CloseCode.Abnormal, 'superseded')
    this.terminate()
  }
}
