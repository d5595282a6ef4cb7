import { listOf } from '../../common/index.js'
import { ReadyState, type MessageContent, type PreparedMessage } from '../../server/index.js'
import type { BroadcastOperator } from './broadcast.js'
import type { ClientHandshake } from './client-handshake.js'
import { ConnectedClient } from './connected-client.js'
import { eventFrame } from './frames.js'
import { createId } from './ids.js'
import type { Member } from './member.js'
import type { PreparedBroadcast } from './prepared-broadcast.js'
import type { RecoverableSession } from './recovery/session.js'
import type { Server } from './server.js'

/** A client of a gateway: one WebSocket. */
export class Socket extends ConnectedClient implements Member {
  private ownId: string = createId()
  private ownRooms: Set<string> | undefined = undefined
  private session: RecoverableSession | undefined = undefined
  private wasRecovered = false

  /**
   * @param server whose client it is
   * @param handshake how it has connected
   */
  constructor(
    private readonly server: Server,
    handshake: ClientHandshake,
  ) {
    super(handshake)
  }

  /** Unique; also the name of a room in which it is alone. */
  get id(): string {
    return this.ownId
  }

  /** The rooms that it has joined. */
  get rooms(): Set<string> {
    return (this.ownRooms ??= new Set())
  }

  /** Whether it was away and is back: with its id, its rooms and its data. */
  get recovered(): boolean {
    return this.wasRecovered
  }

  /** Sends an event; false if the client is slower than the sender, or gone. */
  emit(event: string, data?: unknown): boolean {
    const frame = eventFrame(event, data)
    if (this.observer !== undefined && this.connected) this.observer.emitted(event, frame)
    return this.session === undefined ? this.send(frame) : this.session.emit(frame)
  }

  /** Enters rooms. */
  join(rooms: string | readonly string[]): void {
    if (this.readyState === ReadyState.Closed) return
    for (const room of listOf(rooms)) this.server.join(this, room)
  }

  /** Leaves a room. */
  leave(room: string): void {
    this.server.leave(this, room)
  }

  /** Everybody else in a room, or in one of several. */
  to(room: string | readonly string[]): BroadcastOperator {
    return this.broadcast.to(room)
  }

  /** As `to`. */
  in(room: string | readonly string[]): BroadcastOperator {
    return this.to(room)
  }

  /** Everybody else but those in a room. */
  except(room: string | readonly string[]): BroadcastOperator {
    return this.broadcast.except(room)
  }

  /** Everybody else. */
  get broadcast(): BroadcastOperator {
    return this.server.except(this.id)
  }

  // —— for the adapter ——

  deliver(broadcast: PreparedBroadcast): void {
    if (this.observer !== undefined && this.connected)
      this.observer.emitted(broadcast.event, broadcast.message)
    if (this.session === undefined) this.write(broadcast.message)
    else this.session.deliver(broadcast)
  }

  /** Sends something that was encoded before. */
  write(message: MessageContent | PreparedMessage): boolean {
    if (this.observer !== undefined && this.connected) this.observer.sent(message)
    return this.connection?.send(message) ?? false
  }

  /** Asks the client to say that it has got what was sent so far. */
  probe(payload: Uint8Array): void {
    this.connection?.ping(payload)
  }

  /**
   * Becomes the client of a session.
   *
   * @param session whose id it has from now on
   * @param data of before, if it was away: what guards have written by now is newer
   */
  resume(session: RecoverableSession, data: Readonly<Record<string, unknown>> | undefined): void {
    this.session = session
    this.ownId = session.id
    if (data === undefined) return
    this.wasRecovered = true
    Object.assign(this.data, { ...data, ...this.data })
  }
}
