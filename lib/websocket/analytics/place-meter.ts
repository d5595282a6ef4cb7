import { CorbelError } from '../../common/index.js'
import type { ClientObserver, ObservedClient, ObservedPlace, PlaceObserver } from '../observer.js'
import type { PendingSize } from './event-meter.js'
import { SentEvents } from './sent-events.js'
import type { ClientSnapshot, PlaceSnapshot } from './snapshot.js'
import { Tally } from './tally.js'

/** Why somebody was not let in that is no error with a code. */
export const NOT_ADMITTED = 'not-admitted'

/** Counts what one client sends and gets, for itself and for its place. */
export class ClientMeter implements ClientObserver {
  in = 0
  out = 0
  bytesIn = 0
  bytesOut = 0
  /** Milliseconds since 1970. */
  readonly since = Date.now()

  constructor(
    readonly client: ObservedClient,
    private readonly place: PlaceMeter,
    private readonly pending: PendingSize,
  ) {}

  received(content: string | Uint8Array): void {
    const size = sizeOf(content)
    this.in++
    this.bytesIn += size
    this.place.in++
    this.place.bytesIn += size
    this.pending.size = size
  }

  malformed(): void {
    this.place.malformed++
    this.pending.size = 0
  }

  unknown(): void {
    this.place.unknown++
    this.pending.size = 0
  }

  throttled(): void {
    this.place.throttled++
  }

  sent(content: string | Uint8Array | { readonly size: number }): void {
    const size = sizeOf(content)
    this.out++
    this.bytesOut += size
    this.place.out++
    this.place.bytesOut += size
  }

  emitted(event: string | undefined, content: string | { readonly size: number }): void {
    if (event !== undefined) this.place.sentEvents.add(event, sizeOf(content))
  }

  closed(code: number | string, cutOff?: string): void {
    this.place.forget(this, String(code), cutOff)
  }

  snapshot(): ClientSnapshot {
    const { client, place, since } = this
    const { bufferedAmount } = client
    return {
      id: client.id,
      path: place.observed.path,
      address: client.handshake.address,
      since: new Date(since).toISOString(),
      rooms: client.rooms.size,
      messages: { in: this.in, out: this.out },
      bytes: { in: this.bytesIn, out: this.bytesOut },
      ...(bufferedAmount !== undefined && { waiting: bufferedAmount }),
    }
  }
}

/** Counts what goes on at one place. */
export class PlaceMeter implements PlaceObserver {
  in = 0
  out = 0
  bytesIn = 0
  bytesOut = 0
  malformed = 0
  unknown = 0
  throttled = 0
  /** Who is here, in the order in which they came. */
  readonly clients = new Map<object, ClientMeter>()
  readonly sentEvents = new SentEvents()
  private openedCount = 0
  private readonly refusals = new Tally()
  private readonly closes = new Tally()
  private readonly drops = new Tally()

  constructor(
    readonly observed: ObservedPlace,
    private readonly pending: PendingSize,
  ) {}

  opened(client: ObservedClient): ClientMeter {
    const meter = new ClientMeter(client, this, this.pending)
    this.openedCount++
    this.clients.set(client, meter)
    return meter
  }

  refused(error: unknown): void {
    if (typeof error === 'string') this.refusals.add(error)
    else this.refusals.add(error instanceof CorbelError ? error.code : 'error')
  }

  forget({ client }: ClientMeter, code: string, cutOff: string | undefined): void {
    this.clients.delete(client)
    this.closes.add(code)
    if (cutOff !== undefined) this.drops.add(cutOff)
  }

  snapshot(): PlaceSnapshot {
    const { adapter, path, port, gateways, rooms } = this.observed
    const { malformed, unknown, throttled } = this
    let count = 0
    let memberships = 0
    for (const [, members] of rooms()) {
      count++
      memberships += members.size
    }
    return {
      adapter,
      path,
      port,
      gateways: [...gateways],
      connections: {
        now: this.clients.size,
        opened: this.openedCount,
        refused: this.refusals.snapshot(),
        closed: this.closes.snapshot(),
        dropped: this.drops.snapshot(),
      },
      rooms: { count, memberships },
      messages: { in: this.in, out: this.out, malformed, unknown, throttled },
      bytes: { in: this.bytesIn, out: this.bytesOut },
      sent: this.sentEvents.snapshot(),
    }
  }
}

function sizeOf(content: string | Uint8Array | { readonly size: number }): number {
  if (typeof content === 'string') return Buffer.byteLength(content)
  return content instanceof Uint8Array ? content.length : content.size
}
