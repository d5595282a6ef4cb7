import { encodeUtf8 } from '../common/index.js'
import type { ResponseSink } from '../http/index.js'
import { isObservableLike } from '../pipeline/index.js'
import type { EventHub } from './event-hub.js'
import { EventsOverflow, formatEvent, hasOwnId, type EventSettings } from './events.js'
import type { HttpContext } from './http-context.js'
import type { WriteJson } from './json.js'
import type { ErrorWriter } from './problem.js'

/** What all streams of a route share. */
export interface EventParts {
  readonly hub: EventHub
  readonly settings: EventSettings
  readonly errors: ErrorWriter
  readonly write: WriteJson
}

/**
 * One client of a stream of events. There may be very many, most of them silent: it is one object, and waits for nothing
 * but its source.
 */
export class EventStream {
  /** When something was sent last, by the clock of the hub. */
  lastWrite: number
  private iterator: AsyncIterator<unknown> | undefined
  private subscription: { unsubscribe?(): void } | undefined
  /** Events of a source that cannot be held back, while the client does not read. */
  private waiting: unknown[] | undefined
  private isFull = false
  private isOver = false
  /** Set when the source has ended while events wait. */
  private ending: { readonly error?: unknown } | undefined
  private lastId = 0
  /** False once an event had an id of its own: a number among those would make a client go on from a wrong place. */
  private isNumbered = true

  /**
   * @param context of the call
   * @param sink with its head sent
   * @param parts what it has in common with others
   */
  constructor(
    private readonly context: HttpContext,
    private readonly sink: ResponseSink,
    private readonly parts: EventParts,
  ) {
    this.lastWrite = parts.hub.now
  }

  get settings(): EventSettings {
    return this.parts.settings
  }

  /** Sends what a source gives until it, the client or the application ends. */
  start(source: unknown): void {
    const { sink, parts } = this
    sink.onClose((state) => {
      if (state === 'aborted') this.release()
    })
    parts.hub.add(this)
    if (this.isOver) return closeUnread(source)
    this.send(parts.settings.opening)
    if (isObservableLike(source)) {
      const subscription = source.subscribe(this) as { unsubscribe?(): void } | undefined
      // it may have ended while it was subscribed to
      if (this.isOver) subscription?.unsubscribe?.()
      else this.subscription = subscription
    } else if (isAsyncIterable(source)) {
      this.iterator = source[Symbol.asyncIterator]()
      this.pull()
    } else {
      this.next(source)
      this.complete()
    }
  }

  /** A value of an observable. */
  next(value: unknown): void {
    if (this.isOver || this.ending !== undefined) return
    if (!this.isFull) return this.sendEvent(value)
    const waiting = (this.waiting ??= [])
    const { maxWaiting } = this.settings
    if (waiting.length < maxWaiting) waiting.push(value)
    else {
      this.unsubscribe()
      this.error(new EventsOverflow({ limit: maxWaiting }))
    }
  }

  /** The source has failed: a client that only saw the end would connect again, it has to learn why. */
  error(error: unknown): void {
    this.ending ??= { error }
    this.finish()
  }

  /** The source has ended. */
  complete(): void {
    this.ending ??= {}
    this.finish()
  }

  /** Sends a comment, unless the client does not even read what there is. */
  comment(bytes: Uint8Array): void {
    if (!this.isOver && !this.isFull) this.send(bytes)
  }

  /** Ends it: the application stops. */
  stop(): void {
    if (this.isOver) return
    this.release()
    this.sink.end()
  }

  private readonly pull = (): void => {
    this.iterator!.next().then(this.take, this.fail)
  }

  private readonly take = (step: IteratorResult<unknown>): void => {
    if (this.isOver) return
    if (step.done === true) return this.complete()
    this.sendEvent(step.value)
    // otherwise the next one is asked for when there is room
    if (!this.isFull && !this.isOver) this.pull()
  }

  private readonly fail = (error: unknown): void => {
    if (!this.isOver) this.error(error)
  }

  private sendEvent(value: unknown): void {
    let text: string
    try {
      if (hasOwnId(value)) this.isNumbered = false
      text = formatEvent(value, this.nextId, this.parts.write)
    } catch (error) {
      this.unsubscribe()
      return this.error(error)
    }
    this.send(encodeUtf8(text))
  }

  private readonly nextId = (): number => ++this.lastId

  private send(bytes: Uint8Array): void {
    this.lastWrite = this.parts.hub.now
    if (this.sink.write(bytes)) return
    this.isFull = true
    // a client that is gone is told by onClose
    this.sink.drained().then(this.goOn, ignore)
  }

  private readonly goOn = (): void => {
    if (this.isOver) return
    this.isFull = false
    const waiting = this.waiting ?? []
    let sent = 0
    for (; sent < waiting.length && !this.isFull; sent++) this.sendEvent(waiting[sent])
    this.waiting = sent < waiting.length ? waiting.slice(sent) : undefined
    if (this.isFull) return
    if (this.ending !== undefined) this.finish()
    else if (this.iterator !== undefined) this.pull()
  }

  private finish(): void {
    if (this.isOver || this.isFull || this.waiting !== undefined) return
    const { ending, context, parts } = this
    if (ending !== undefined && 'error' in ending) {
      const data = parts.errors.message(context, ending.error)
      this.lastWrite = parts.hub.now
      const event = { type: 'error', data, ...(!this.isNumbered && { id: null }) }
      this.sink.write(encodeUtf8(formatEvent(event, this.nextId, parts.write)))
    }
    this.release()
    this.sink.end()
  }

  private release(): void {
    if (this.isOver) return
    this.isOver = true
    this.waiting = undefined
    this.parts.hub.delete(this)
    this.unsubscribe()
  }

  private unsubscribe(): void {
    const { subscription, iterator } = this
    this.subscription = undefined
    this.iterator = undefined
    subscription?.unsubscribe?.()
    // it may answer only after the step that it is in, for which nobody waits any more
    void iterator?.return?.()?.catch?.(ignore)
  }
}

/** Ends a source that nothing will be read of. */
function closeUnread(source: unknown): void {
  if (isAsyncIterable(source)) void source[Symbol.asyncIterator]().return?.()?.catch?.(ignore)
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] === 'function'
  )
}

function ignore(): void {}
