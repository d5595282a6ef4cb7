import type { Acknowledge } from '../websocket/index.js'
import { LiveEnded, LiveLimitReached, LiveMessageInvalid } from './errors.js'
import { errorDataOf, type LiveErrorData, type LiveFailure } from './failure.js'
import type { LiveHub, LiveSubscription } from './live-hub.js'
import type { LiveQuery, LiveSubscriber } from './live-query.js'
import type { LiveResult } from './live-result.js'
import type { LiveOrigin } from './origin.js'

/** A client as plain WebSockets and socket.io know it. */
export interface LiveClient {
  emit(event: string, data: unknown): unknown
  /** Sends text as it is: plain WebSockets alone. */
  send?(text: string): boolean
  drained?(): Promise<void>
}

/** What a client calls a subscription. */
export type LiveId = string | number

/** The answer to `subscribe`. */
export interface LiveAnswer {
  readonly version: string
  readonly result?: unknown
  /** In the place of the result: it is the version that the client has. */
  readonly unchanged?: true
}

/** The live queries of one WebSocket. */
export class LiveConnection {
  private readonly entries = new Map<LiveId, LiveEntry>()
  private readonly behind = new Set<LiveEntry>()
  private isFull = false

  /**
   * @param client gets results
   * @param origin who it is
   * @param live the application's
   * @param isPlain true if frames can be written here, once for all who get them
   */
  constructor(
    private readonly client: LiveClient,
    readonly origin: LiveOrigin,
    private readonly live: LiveHub,
    private readonly isPlain: boolean,
  ) {}

  /**
   * Begins a subscription.
   *
   * @param id what the client calls it
   * @param url path and query
   * @param version that the client has already
   * @param acknowledge answers
   * @returns once that is done, or nobody waits for it any more
   * @throws {CorbelError} CORBEL_LIVE_MESSAGE, CORBEL_LIVE_LIMIT and what `LiveHub.subscribe` throws
   */
  subscribe(id: LiveId, url: string, version: string | undefined, acknowledge: Acknowledge): Promise<void> {
    const limit = this.live.settings.maxPerConnection
    if (this.entries.has(id))
      throw new LiveMessageInvalid({ reason: `has the id ${id}, which another subscription has` })
    if (this.entries.size >= limit) throw new LiveLimitReached({ limit, each: 'connection' })
    const entry = new LiveEntry(this, id, version)
    return entry.open(this.live, url, acknowledge, () => this.entries.set(id, entry))
  }

  /**
   * Ends a subscription.
   *
   * @returns false if there is none of that id
   */
  unsubscribe(id: LiveId): boolean {
    const entry = this.entries.get(id)
    entry?.close(new LiveEnded({}))
    return entry !== undefined
  }

  /** Ends all: the client has gone. */
  close(): void {
    for (const entry of this.entries.values()) entry.close()
  }

  // —— for its entries ——

  forget(entry: LiveEntry): void {
    this.entries.delete(entry.id)
    this.behind.delete(entry)
  }

  /** Answers `subscribe`. */
  answer(id: LiveId, acknowledge: Acknowledge, result: LiveResult, isKnown: boolean): void {
    const { version, json } = result
    if (!this.isPlain || acknowledge.id !== id) {
      const answer: LiveAnswer = isKnown
        ? { version, unchanged: true }
        : { version, result: JSON.parse(json) as unknown }
      acknowledge(answer)
      return
    }
    const rest = isKnown ? '"unchanged":true' : `"result":${json}`
    this.write(`{"id":${JSON.stringify(id)},"data":{"version":"${version}",${rest}}}`)
  }

  /** @returns false if the client does not take it now: it gets the last result later */
  tell(entry: LiveEntry, kind: 'result' | 'patch', version: string, json: string): void {
    const { id } = entry
    if (this.isPlain)
      this.write(
        `{"event":"live","data":{"id":${JSON.stringify(id)},"version":"${version}","${kind}":${json}}}`,
      )
    else this.client.emit('live', { id, version, [kind]: JSON.parse(json) as unknown })
  }

  tellError(id: LiveId, error: LiveErrorData): void {
    this.client.emit('live', { id, error })
  }

  /** @returns true if an entry has to wait until the client has read what there is */
  hold(entry: LiveEntry): boolean {
    if (this.isFull) this.behind.add(entry)
    return this.isFull
  }

  private write(text: string): void {
    if (this.client.send!(text) || this.isFull || this.client.drained === undefined) return
    this.isFull = true
    // a client that is gone is told by its end
    this.client.drained().then(this.goOn, ignore)
  }

  private readonly goOn = (): void => {
    this.isFull = false
    for (const entry of this.behind) {
      if (this.isFull) return
      this.behind.delete(entry)
      entry.catchUp()
    }
  }
}

/** One live query of a client. */
class LiveEntry implements LiveSubscriber {
  private subscription: LiveSubscription | undefined
  private acknowledge: Acknowledge | undefined
  private query: LiveQuery | undefined
  private settle: ((error?: Error) => void) | undefined

  constructor(
    private readonly connection: LiveConnection,
    readonly id: LiveId,
    private version: string | undefined,
  ) {}

  get origin(): LiveOrigin {
    return this.connection.origin
  }

  open(live: LiveHub, url: string, acknowledge: Acknowledge, enter: () => void): Promise<void> {
    this.acknowledge = acknowledge
    this.subscription = live.subscribe(url, this)
    enter()
    return new Promise((resolve, reject) => {
      this.settle = (error) => (error === undefined ? resolve() : reject(error))
    })
  }

  begin(query: LiveQuery): void {
    const result = query.current!
    this.query = query
    const isKnown = this.version === result.version
    this.version = result.version
    this.connection.answer(this.id, this.acknowledge!, result, isKnown)
    this.finish()
  }

  change(query: LiveQuery): void {
    this.query = query
    if (!this.connection.hold(this)) this.catchUp()
  }

  /** Sends what the client has not got yet. */
  catchUp(): void {
    const { current, previous } = this.query!
    // it may be back to what the client has
    if (current!.version === this.version) return
    const patch =
      previous?.version === this.version && this.subscription?.route.patch !== false
        ? current!.patchFrom(previous!)
        : undefined
    this.version = current!.version
    this.connection.tell(
      this,
      patch === undefined ? 'result' : 'patch',
      current!.version,
      patch ?? current!.json,
    )
  }

  fail(failure: LiveFailure): void {
    this.subscription = undefined
    this.connection.forget(this)
    const error = errorDataOf(failure)
    const { acknowledge } = this
    if (acknowledge === undefined) this.connection.tellError(this.id, error)
    else if (acknowledge.reject === undefined) acknowledge({ error })
    else acknowledge.reject(error)
    this.finish()
  }

  close(error?: Error): void {
    this.subscription?.close()
    this.connection.forget(this)
    this.finish(error)
  }

  /** The message that has begun it is answered. */
  private finish(error?: Error): void {
    this.acknowledge = undefined
    this.settle?.(error)
    this.settle = undefined
  }
}

function ignore(): void {}
