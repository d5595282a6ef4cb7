import { listOf } from '../../common/index.js'
import type { FetchedSocket } from './member.js'
import { PreparedBroadcast } from './prepared-broadcast.js'
import type { Audience } from './rooms.js'

/** What is to be done to an audience, in every process that has some of it. */
export type Order =
  | { readonly kind: 'send'; readonly message: PreparedBroadcast }
  | { readonly kind: 'join' | 'leave'; readonly rooms: readonly string[] }
  | { readonly kind: 'disconnect' }

/** Carries orders out, here and elsewhere. */
export interface Orders {
  give(audience: Audience, order: Order): void
  fetch(audience: Audience): Promise<readonly FetchedSocket[]>
  count(audience: Audience): Promise<number>
}

/** Somebody to send to: rooms, without some. Each call that narrows it makes another one. */
export class BroadcastOperator {
  /**
   * @param orders carries out what is asked for
   * @param audience whom it is about
   */
  constructor(
    private readonly orders: Orders,
    private readonly audience: Audience = { rooms: [], except: [] },
  ) {}

  /** Also those in a room, or in one of several; everybody once. */
  to(room: string | readonly string[]): BroadcastOperator {
    const { rooms, except } = this.audience
    return new BroadcastOperator(this.orders, { rooms: [...rooms, ...listOf(room)], except })
  }

  /** As `to`. */
  in(room: string | readonly string[]): BroadcastOperator {
    return this.to(room)
  }

  /** Without those in a room, or with an id. */
  except(room: string | readonly string[]): BroadcastOperator {
    const { rooms, except } = this.audience
    return new BroadcastOperator(this.orders, { rooms, except: [...except, ...listOf(room)] })
  }

  /** Sends an event. */
  emit(event: string, data?: unknown): boolean {
    this.orders.give(this.audience, { kind: 'send', message: PreparedBroadcast.event(event, data) })
    return true
  }

  /** Sends text or bytes as they are. */
  send(content: string | Uint8Array): void {
    this.orders.give(this.audience, { kind: 'send', message: new PreparedBroadcast(content, false) })
  }

  /** Lets all of them into rooms. */
  socketsJoin(rooms: string | readonly string[]): void {
    this.orders.give(this.audience, { kind: 'join', rooms: listOf(rooms) })
  }

  /** Takes all of them out of rooms. */
  socketsLeave(rooms: string | readonly string[]): void {
    this.orders.give(this.audience, { kind: 'leave', rooms: listOf(rooms) })
  }

  /** Closes their connections. */
  disconnectSockets(): void {
    this.orders.give(this.audience, { kind: 'disconnect' })
  }

  /** All of them. */
  fetchSockets(): Promise<readonly FetchedSocket[]> {
    return this.orders.fetch(this.audience)
  }

  /** How many they are: much cheaper than to fetch them. */
  count(): Promise<number> {
    return this.orders.count(this.audience)
  }
}
