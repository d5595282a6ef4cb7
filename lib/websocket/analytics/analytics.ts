import type { Class } from '../../common/index.js'
import { Injectable } from '../../di/index.js'
import type { ExecutionPlan } from '../../pipeline/index.js'
import type { MessageEndpoint } from '../endpoint.js'
import type { GatewayObserver, ObservedPlace, PlaceObserver } from '../observer.js'
import type { WsContext } from '../ws-context.js'
import { EventMeter, type PendingSize } from './event-meter.js'
import { writeExposition } from './exposition.js'
import { largest } from './largest.js'
import { metricsOf } from './metrics.js'
import { PlaceMeter } from './place-meter.js'
import type {
  ClientSnapshot,
  EventSnapshot,
  GatewaySnapshot,
  PageOf,
  RoomSnapshot,
  WebSocketSnapshot,
} from './snapshot.js'

/** Which part of a list is wanted, and of which place. */
export interface PageWanted {
  /** Default 50. */
  readonly limit?: number
  /** Default 0. */
  readonly offset?: number
  /** Of the place; all, if left out. */
  readonly path?: string | undefined
}

/**
 * What goes on in the gateways of this process: connections, rooms, messages, bytes, latencies, errors, drops. Inject it where
 * `WebSocketAnalyticsModule` is imported.
 *
 * @example
 * const { places, gateways } = analytics.snapshot()
 */
@Injectable()
export class WebSocketAnalytics implements GatewayObserver {
  private readonly begun = new Date()
  private readonly pending: PendingSize = { size: 0 }
  private readonly places: PlaceMeter[] = []
  private readonly methods: EventMeter[] = []

  /** All numbers; what counts by name is bounded, so that clients cannot make it grow. */
  snapshot(): WebSocketSnapshot {
    const gateways = new Map<Class, EventSnapshot[]>()
    for (const meter of this.methods) {
      const { owner } = meter.endpoint
      const events = gateways.get(owner)
      if (events === undefined) gateways.set(owner, [meter.snapshot()])
      else events.push(meter.snapshot())
    }
    const names = new Map<string, number>()
    return {
      since: this.begun.toISOString(),
      at: new Date().toISOString(),
      places: this.places.map((place) => place.snapshot()),
      gateways: [...gateways].map(([{ name }, events]): GatewaySnapshot => {
        // classes of one name, of different modules, stay apart
        const count = (names.get(name) ?? 0) + 1
        names.set(name, count)
        return { name: count === 1 ? name : `${name}#${count}`, events }
      }),
    }
  }

  /**
   * The same as metrics, in Prometheus' text format.
   *
   * @see Prometheus' exposition formats, version 0.0.4
   */
  exposition(): string {
    return writeExposition(metricsOf(this.snapshot()))
  }

  /**
   * The rooms of this process, those with the most members first.
   *
   * @param wanted which part of the list
   */
  rooms({ limit = 50, offset = 0, path }: PageWanted = {}): PageOf<RoomSnapshot> {
    let total = 0
    const all = function* (places: readonly PlaceMeter[]): Generator<RoomSnapshot> {
      for (const { observed } of places) {
        for (const [room, { size }] of observed.rooms()) {
          total++
          yield { path: observed.path, room, members: size }
        }
      }
    }
    const first = largest(all(this.placesAt(path)), offset + limit, ({ members }) => members)
    return { total, offset, items: first.slice(offset) }
  }

  /**
   * Clients of this process, in the order in which they came.
   *
   * @param wanted which part of the list; with `room`, of those who are in it
   */
  clients({
    limit = 50,
    offset = 0,
    path,
    room,
  }: PageWanted & { readonly room?: string | undefined } = {}): PageOf<ClientSnapshot> {
    const items: ClientSnapshot[] = []
    let total = 0
    for (const place of this.placesAt(path)) {
      const members = room === undefined ? undefined : (place.observed.room(room) ?? NOBODY)
      const before = total
      total += members?.size ?? place.clients.size
      if (items.length === limit || total <= offset) continue
      let at = before
      for (const one of members ?? place.clients.keys()) {
        if (at++ < offset) continue
        const meter = place.clients.get(one)
        if (meter !== undefined) items.push(meter.snapshot())
        if (items.length === limit) break
      }
    }
    return { total, offset, items }
  }

  /**
   * Ends the connection of a client of this process.
   *
   * @param id of the client
   * @returns false if it is not here
   */
  disconnect(id: string): boolean {
    for (const { clients } of this.places) {
      for (const { client } of clients.values()) {
        if (client.id !== id) continue
        client.disconnect(true)
        return true
      }
    }
    return false
  }

  // —— for adapters, at boot ——

  place(place: ObservedPlace): PlaceObserver {
    const meter = new PlaceMeter(place, this.pending)
    this.places.push(meter)
    return meter
  }

  method(endpoint: MessageEndpoint, plan: ExecutionPlan<WsContext>): ExecutionPlan<WsContext> {
    const meter = new EventMeter(endpoint, this.pending)
    this.methods.push(meter)
    return meter.measure(plan)
  }

  private placesAt(path: string | undefined): readonly PlaceMeter[] {
    return path === undefined ? this.places : this.places.filter(({ observed }) => observed.path === path)
  }
}

const NOBODY: ReadonlySet<object> = new Set()
