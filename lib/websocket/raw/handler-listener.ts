import { isPromise, type MaybePromise } from '../../common/index.js'
import { CloseCode, type MessageContent, type WebSocketConnection } from '../../server/index.js'
import type { AdapterHost, Gateway, Refused } from '../adapter.js'
import type { HandlerResult, WebSocketMessageHandler } from '../handler-decorator.js'
import type { Authentication } from '../plain/authentication.js'
import { ClientListener } from '../plain/client-listener.js'
import { MessageQueue } from './message-queue.js'
import type { RawSocket } from './raw-socket.js'

/** A class with `@WebSocketHandler`, compiled. */
export interface RawHandler {
  /** Asks the guards, and `onOpen`. */
  readonly gateway: Gateway
  readonly path: string
  readonly authentication: Authentication | undefined
  readonly maxPending: number
}

/** Leads what comes from one client to its handler. */
export class HandlerListener extends ClientListener {
  private handler: WebSocketMessageHandler | undefined
  private queue: MessageQueue | undefined

  constructor(
    private readonly raw: RawHandler,
    private readonly socket: RawSocket,
    host: AdapterHost,
  ) {
    super(socket, raw.authentication, raw.maxPending, raw.path, host)
  }

  onDrain(): void {
    this.tell((handler) => handler.onDrain?.(this.socket))
  }

  protected connect(refused: Refused): MaybePromise<boolean> {
    return this.raw.gateway.connect(this.socket, refused)
  }

  protected entered(): void {
    // there is nobody to tell
  }

  protected override admitted(connection: WebSocketConnection): void {
    this.handler = this.socket.handler
    const { handler } = this
    if (handler?.onMessages === undefined) return
    this.queue = new MessageQueue(connection)
    let answers: AsyncIterable<MessageContent> | Promise<void>
    try {
      answers = handler.onMessages(this.queue, this.socket)
    } catch (error) {
      return this.fail(connection, error)
    }
    void this.talk(answers).then(
      () => connection.close(),
      (error: unknown) => this.fail(connection, error),
    )
  }

  protected receive(connection: WebSocketConnection, content: string | Buffer): void {
    this.observer?.received(content)
    if (this.queue !== undefined) return this.queue.push(content)
    // what it throws the connection takes for what it is: the server's fault
    const result = this.handler!.onMessage!(this.socket, content)
    if (result !== undefined) this.deliver(connection, result)
  }

  protected gone(code: number, reason: string): void {
    this.queue?.end()
    this.tell((handler) => handler.onClose?.(this.socket, code, reason))
  }

  private async talk(answers: AsyncIterable<MessageContent> | Promise<void>): Promise<void> {
    if (isPromise(answers)) return answers
    await this.sendAll(answers)
  }

  private deliver(connection: WebSocketConnection, result: Exclude<HandlerResult, undefined>): void {
    if (typeof result === 'string' || result instanceof Uint8Array) {
      this.socket.send(result)
      return
    }
    const sending = isPromise(result)
      ? result.then((content) => {
          if (content !== undefined) this.socket.send(content)
        })
      : this.sendAll(result as AsyncIterable<MessageContent>)
    this.wait(
      connection,
      sending.catch((error: unknown) => this.fail(connection, error)),
    )
  }

  private async sendAll(contents: AsyncIterable<MessageContent>): Promise<void> {
    for await (const content of contents) {
      if (this.socket.send(content)) continue
      // a client that is slow slows the source, and one that is gone ends it
      if (!this.socket.connected) return
      const isThere = await this.socket.drained().then(
        () => true,
        () => false,
      )
      if (!isThere) return
    }
  }

  /** What a hook throws is noted, and harms nobody. */
  private tell(call: (handler: WebSocketMessageHandler) => unknown): void {
    const { handler } = this
    if (handler === undefined) return
    const note = (error: unknown): void => this.host.report(error, this.path)
    try {
      const told = call(handler)
      if (isPromise(told)) void told.then(undefined, note)
    } catch (error) {
      note(error)
    }
  }

  private fail(connection: WebSocketConnection, error: unknown): void {
    this.host.report(error, this.path)
    connection.close(CloseCode.InternalError, 'the server has failed')
  }
}
