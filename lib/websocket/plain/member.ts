import type { PreparedBroadcast } from './prepared-broadcast.js'

/** What is known of how a client has connected. */
export interface Handshake {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly query: Readonly<Record<string, unknown>>
  readonly url: string
  /** Of the client, as far as trusted proxies say so. */
  readonly address: string
  readonly secure: boolean
  /** Parameters of the path, decoded. */
  readonly params?: Readonly<Record<string, string>>
}

/** Somebody in rooms, in whatever process: what `fetchSockets()` finds. */
export interface FetchedSocket {
  /** Unique in all processes; also the name of a room in which it is alone. */
  readonly id: string
  /** The rooms that it was in when it was found; of this process: those that it is in. */
  readonly rooms: ReadonlySet<string>
  /** What the application knows of it; from another process: a copy, as JSON has it. */
  readonly data: Readonly<Record<string, unknown>>
  readonly handshake: Handshake
  /** Lets it into rooms. */
  join(rooms: string | readonly string[]): void
  /** Takes it out of a room. */
  leave(room: string): void
  /** Sends it an event. */
  emit(event: string, data?: unknown): boolean
  /** Ends its connection. */
  disconnect(): void
}

/**
 * Somebody in rooms of this process, over whatever wire: a WebSocket, an event stream. `Server.add(member)` makes it one,
 * `Server.remove(member)` ends that.
 */
export interface Member extends FetchedSocket {
  /** Changed by the server alone: `server.join(member, room)`, `server.leave(member, room)`. */
  readonly rooms: Set<string>
  readonly data: Record<string, unknown>
  /** Sends it what goes to many. It must not throw: others wait. */
  deliver(message: PreparedBroadcast): void
}
