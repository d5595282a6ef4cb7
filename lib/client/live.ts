import type { ClientError } from './errors.js'
import { exceptionOf, type Answer, type Exchanges } from './exchanges.js'
import { applyPatch, type PatchOperation } from './json-patch.js'

/** Hears of a live query. */
export interface LiveListener<Result> {
  /** The result, at first and after each change: a new object each time, which shares what has not changed. */
  next(result: Result): void
  /** The server has refused the query, or has ended it: nothing comes any more. Default: the event `error`. */
  error?(error: ClientError): void
}

/** A live query that is listened to. */
export interface LiveSubscription {
  close(): void
}

/** What live queries need of the socket. */
export interface LiveLine {
  readonly exchanges: Exchanges
  readonly connected: boolean
  sendNow(frame: string): void
  failed(error: unknown): void
}

interface Query {
  readonly url: string
  readonly listener: LiveListener<never>
  /** Of the message by which the server knows it on this connection. */
  id: number
  version: string | undefined
  result: unknown
}

interface LiveData {
  readonly id?: number
  readonly version?: string
  readonly result?: unknown
  readonly patch?: readonly PatchOperation[]
  readonly unchanged?: boolean
  readonly error?: unknown
}

/** The live queries of a socket. They are asked again on each connection, with the version that the client has. */
export class LiveQueries {
  private readonly queries = new Set<Query>()

  /** @param line of the socket */
  constructor(private readonly line: LiveLine) {}

  open(url: string, listener: LiveListener<never>): LiveSubscription {
    const query: Query = { url, listener, id: 0, version: undefined, result: undefined }
    this.queries.add(query)
    if (this.line.connected) this.subscribe(query)
    return { close: () => this.close(query) }
  }

  /** There is a new connection. */
  connected(): void {
    for (const query of this.queries) this.subscribe(query)
  }

  /** There will be none any more. */
  closed(): void {
    this.queries.clear()
  }

  /** The server tells of a change. */
  changed(data: unknown): void {
    const change = (data ?? {}) as LiveData
    for (const query of this.queries) if (query.id === change.id) this.take(query, change)
  }

  private subscribe(query: Query): void {
    const { line } = this
    const id = (query.id = line.exchanges.nextId())
    const { url, version } = query
    const frame = JSON.stringify({ id, event: 'subscribe', data: { url, version } })
    const answer = ({ event, data }: Answer): void => {
      line.exchanges.forget(id)
      if (!this.queries.has(query) || query.id !== id) return
      this.take(query, event === 'exception' ? { error: data } : (data ?? {}))
    }
    // a connection that is lost is followed by another, on which it is asked again
    line.exchanges.await(id, { frame, idempotent: false, answer, fail: () => undefined })
    line.sendNow(frame)
  }

  private take(query: Query, change: LiveData): void {
    const { listener } = query
    if (change.error !== undefined) {
      this.queries.delete(query)
      const error = exceptionOf(change.error)
      return this.tell(() => (listener.error === undefined ? this.line.failed(error) : listener.error(error)))
    }
    if (change.unchanged === true) return
    try {
      query.result = change.patch === undefined ? change.result : applyPatch(query.result, change.patch)
    } catch {
      // something was missed: the whole result is asked for
      query.version = undefined
      this.unsubscribe(query)
      return this.subscribe(query)
    }
    query.version = change.version
    this.tell(() => listener.next(query.result as never))
  }

  /** What a listener throws keeps nobody else from hearing. */
  private tell(call: () => void): void {
    try {
      call()
    } catch (error) {
      this.line.failed(error)
    }
  }

  private close(query: Query): void {
    if (this.queries.delete(query)) this.unsubscribe(query)
  }

  private unsubscribe({ id }: Query): void {
    const { line } = this
    line.exchanges.forget(id)
    if (id > 0)
      line.sendNow(JSON.stringify({ id: line.exchanges.nextId(), event: 'unsubscribe', data: { id } }))
  }
}
