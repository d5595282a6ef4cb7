import { encodeUtf8 } from '../common/index.js'
import type { ResponseSink } from '../http/index.js'
import {
  eventHeaders,
  formatEvent,
  type EventHub,
  type EventSettings,
  type HttpContext,
  type HubStream,
} from '../web/index.js'
import { errorDataOf, type LiveFailure } from './failure.js'
import type { LiveHub, LiveSubscription } from './live-hub.js'
import type { LiveQuery, LiveSubscriber } from './live-query.js'
import type { LiveResult } from './live-result.js'
import { originOf, type LiveOrigin } from './origin.js'

/** What all live streams of events of an application share. */
export interface LiveStreamParts {
  readonly hub: EventHub
  readonly live: LiveHub
  readonly settings: EventSettings
}

/**
 * One client of a live query over server-sent events: the result first (`event: result`), then each change, as a result or as a
 * JSON Patch (`event: patch`). A client that reads slowly gets only the last.
 */
export class LiveEventSource implements LiveSubscriber, HubStream {
  readonly origin: LiveOrigin
  lastWrite: number
  private readonly sink: ResponseSink
  private subscription: LiveSubscription | undefined
  /** The version that the client has. */
  private version: string | undefined
  private isFull = false
  private isOver = false
  private hasBegun = false
  /** Set when something has changed while the client did not read. */
  private behind: LiveQuery | undefined
  private answered!: () => void

  /**
   * @param context of the request
   * @param parts what it has in common with others
   */
  constructor(
    private readonly context: HttpContext,
    private readonly parts: LiveStreamParts,
  ) {
    const { request, response } = context
    this.origin = originOf(request)
    // with what middleware has put on the response
    this.sink = response.outlet
    this.lastWrite = parts.hub.now
    this.version = context.exchange.headers.get('last-event-id')
  }

  get settings(): EventSettings {
    return this.parts.settings
  }

  /**
   * Answers the request.
   *
   * @returns once the answer has begun, or nobody waits for it any more
   * @throws {CorbelError} as `LiveHub.subscribe`
   */
  open(): Promise<void> {
    const { sink, parts, context } = this
    const done = new Promise<void>((resolve) => (this.answered = resolve))
    const { route, exchange } = context
    // what middleware makes of the URL it makes of that of each run, too
    this.subscription = parts.live.subscribe(exchange.target, this, parts.live.routes.get(route!.endpoint))
    sink.onClose(() => this.release())
    return done
  }

  begin(query: LiveQuery): void {
    const { context, sink, parts } = this
    const { response } = context
    // no cache may keep what changes by itself
    const headers = eventHeaders(response.headers).set('cache-control', 'no-store, no-transform')
    this.hasBegun = true
    sink.head(200, context.complete(headers), 'stream')
    parts.hub.add(this)
    if (this.isOver) return
    this.send(parts.settings.opening)
    if (this.version !== query.current!.version) this.sendResult(query.current!)
    this.answered()
  }

  change(query: LiveQuery): void {
    if (this.isFull) {
      this.behind = query
      return
    }
    this.behind = undefined
    const { current, previous } = query
    // it may be back to what the client has
    if (current!.version === this.version) return
    const patch =
      previous?.version === this.version && this.subscription?.route.patch !== false
        ? current!.patchFrom(previous!)
        : undefined
    if (patch === undefined) return this.sendResult(current!)
    this.version = current!.version
    this.send(current!.encoded(`patch ${previous!.version}`, () => eventOf('patch', current!.version, patch)))
  }

  fail(failure: LiveFailure): void {
    this.subscription = undefined
    if (this.isOver) return
    if (!this.hasBegun) this.answer(failure)
    else {
      this.sink.write(eventOf('error', null, JSON.stringify(errorDataOf(failure))))
      this.sink.end()
    }
    this.release()
  }

  comment(bytes: Uint8Array): void {
    if (!this.isOver && !this.isFull) this.send(bytes)
  }

  stop(): void {
    if (this.isOver) return
    this.release()
    this.sink.end()
  }

  /** As a plain request would have been answered. */
  private answer({ status, headers, body }: LiveFailure): void {
    const { response } = this.context
    response.status(status)
    for (const [name, value] of headers ?? []) {
      if (name === 'set-cookie') response.append(name, value)
      else if (name !== 'content-length') response.setHeader(name, value)
    }
    if (headers === undefined) response.setHeader('content-type', 'application/problem+json')
    response.end(body)
  }

  private sendResult(result: LiveResult): void {
    this.version = result.version
    this.send(result.encoded('result', () => eventOf('result', result.version, result.json)))
  }

  private send(bytes: Uint8Array): void {
    this.lastWrite = this.parts.hub.now
    if (this.sink.write(bytes)) return
    this.isFull = true
    // a client that is gone is told by onClose
    this.sink.drained().then(this.goOn, ignore)
  }

  private readonly goOn = (): void => {
    this.isFull = false
    if (!this.isOver && this.behind !== undefined) this.change(this.behind)
  }

  private release(): void {
    if (this.isOver) return
    this.isOver = true
    this.behind = undefined
    this.subscription?.close()
    this.parts.hub.delete(this)
    this.answered()
  }
}

function eventOf(type: string, id: string | null, json: string): Uint8Array {
  return encodeUtf8(formatEvent({ type, id, data: json }, noId, String))
}

function noId(): number {
  return 0
}

function ignore(): void {}
