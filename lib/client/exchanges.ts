import { ClientError } from './errors.js'

/** A frame of the server that answers one of the client. */
export interface Answer {
  readonly id: number
  readonly event?: string
  readonly data?: unknown
}

/** A message that waits for answers. */
export interface Pending {
  readonly frame: string
  /** Whether it may be sent twice. */
  readonly idempotent: boolean
  /** It has left. */
  sent?(): void
  answer(answer: Answer): void
  fail(error: ClientError): void
}

/** Messages that wait for answers, and those that wait for a connection, in their order. */
export class Exchanges {
  private lastId = 0
  private readonly pending = new Map<number, Pending>()
  private queue: { readonly frame: string; readonly id: number | undefined }[] = []

  /** @param maxQueue messages that wait for a connection */
  constructor(private readonly maxQueue: number) {}

  /** A number that no message has yet. */
  nextId(): number {
    return ++this.lastId
  }

  /** Leaves a message until there is a connection; false if there is no room. */
  enqueue(frame: string, id?: number): boolean {
    if (this.queue.length >= this.maxQueue) return false
    this.queue.push({ frame, id })
    return true
  }

  await(id: number, pending: Pending): void {
    this.pending.set(id, pending)
  }

  /** Nobody waits any more; what was not sent yet will not be. */
  forget(id: number): boolean {
    this.queue = this.queue.filter((one) => one.id !== id)
    return this.pending.delete(id)
  }

  answered(answer: Answer): void {
    this.pending.get(answer.id)?.answer(answer)
  }

  /** The connection is gone: whether the server has got what was sent, nobody knows. */
  disconnected(): void {
    const unsent = new Set(this.queue.map(({ id }) => id))
    const again: typeof this.queue = []
    for (const [id, pending] of this.pending) {
      if (unsent.has(id)) continue
      if (pending.idempotent) again.push({ frame: pending.frame, id })
      else this.fail(id, new ClientError('disconnected', 'The connection was lost before the answer.'))
    }
    this.queue.unshift(...again)
  }

  /** There will be no connection any more. */
  closed(): void {
    this.queue = []
    for (const id of this.pending.keys()) this.fail(id, new ClientError('closed', 'The socket is closed.'))
  }

  /** Gives what waits to be sent. */
  flush(send: (frame: string) => void): void {
    for (const { frame, id } of this.queue.splice(0)) {
      send(frame)
      this.sent(id)
    }
  }

  /** A message has left. */
  sent(id: number | undefined): void {
    if (id !== undefined) this.pending.get(id)?.sent?.()
  }

  private fail(id: number, error: ClientError): void {
    const pending = this.pending.get(id)
    this.pending.delete(id)
    pending?.fail(error)
  }
}

/**
 * What the server says of a message that it refuses.
 *
 * @param data of its exception
 */
export function exceptionOf(data: unknown): ClientError {
  const { message } = (data ?? {}) as { readonly message?: unknown }
  return new ClientError('exception', typeof message === 'string' ? message : 'The server has refused.', data)
}
