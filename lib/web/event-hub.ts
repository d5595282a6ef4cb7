import { encodeUtf8 } from '../common/index.js'
import type { EventSettings } from './events.js'

/** A stream of events as the hub sees it: something to keep alive, and to end. */
export interface HubStream {
  /** When something was sent last, by the clock of the hub. */
  readonly lastWrite: number
  readonly settings: EventSettings
  /** Sends a comment, unless the client does not even read what there is. */
  comment(bytes: Uint8Array): void
  /** Ends it: the application stops. */
  stop(): void
}

const HEARTBEAT = encodeUtf8(':\n\n')

/** Heartbeats are late by this at most, in milliseconds, or by half their interval. */
const COARSE = 1_000

/** All open streams of events of an application: one timer keeps them alive, one listener ends them. */
export class EventHub {
  /** Milliseconds from an arbitrary start; moves with the timer. */
  now = 0
  private readonly streams = new Set<HubStream>()
  private timer: NodeJS.Timeout | undefined
  private tick = 0
  private started = 0

  /** @param stopping aborts when the application is told to stop: these streams have no end of their own */
  constructor(private readonly stopping: AbortSignal) {
    stopping.addEventListener('abort', () => this.stop(), { once: true })
  }

  /** How many streams are open. */
  get size(): number {
    return this.streams.size
  }

  /** Takes a stream in; ends it at once if the application stops already. */
  add(stream: HubStream): void {
    if (this.stopping.aborted) return stream.stop()
    this.streams.add(stream)
    const { heartbeat } = stream.settings
    if (heartbeat > 0) this.keepTime(Math.min(COARSE, heartbeat / 2))
  }

  /** Forgets a stream that is over. */
  delete(stream: HubStream): void {
    if (this.streams.delete(stream) && this.streams.size === 0) this.rest()
  }

  private keepTime(tick: number): void {
    if (this.timer !== undefined && this.tick <= tick) return
    const before = this.now
    this.rest()
    this.tick = tick
    this.started = performance.now() - before
    this.timer = setInterval(() => this.sweep(), tick)
    this.timer.unref()
  }

  private rest(): void {
    clearInterval(this.timer)
    this.timer = undefined
  }

  private sweep(): void {
    this.now = performance.now() - this.started
    for (const stream of this.streams) {
      const { heartbeat } = stream.settings
      if (heartbeat > 0 && this.now - stream.lastWrite >= heartbeat - this.tick / 2) stream.comment(HEARTBEAT)
    }
  }

  private stop(): void {
    for (const stream of this.streams) stream.stop()
  }
}
