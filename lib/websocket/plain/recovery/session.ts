import type { MessageContent, PreparedMessage } from '../../../server/index.js'
import type { Handshake, Member } from '../member.js'
import type { PreparedBroadcast } from '../prepared-broadcast.js'
import type { Recovery } from './recovery.js'

/** A message with its place in the order of those of a process. */
export interface Numbered {
  readonly offset: number
  readonly message: MessageContent | PreparedMessage
  /** Characters. */
  readonly size: number
}

/** What a session needs of a client. */
export interface SessionClient {
  readonly handshake: Handshake
  readonly rooms: ReadonlySet<string>
  readonly data: Record<string, unknown>
  write(message: MessageContent | PreparedMessage): boolean
  probe(payload: Uint8Array): void
}

/** After so many messages a client is asked to say that it has got them. */
const PROBE_EVERY = 32

/**
 * What a client is, also while it is away: its id, its rooms, its data, and the messages that it may not have got. While it is
 * away, it is a member of its rooms in the client's place.
 */
export class RecoverableSession implements Member {
  /** Those that it is in while it is away. */
  readonly rooms = new Set<string>()
  /** Ends the session if it is away too long. */
  timer: NodeJS.Timeout | undefined
  /** Set while it is there. */
  client: SessionClient | undefined
  /** That of the client, also when it is gone. */
  readonly data: Record<string, unknown>
  readonly handshake: Handshake
  /** Of the latest message before the session began. */
  readonly since: number
  /** Everything behind this offset is in the log. */
  private completeFrom: number
  private log: Numbered[] = []
  private size = 0
  private unproved = 0

  /**
   * @param recovery whose session it is
   * @param id of the client
   * @param secret by which the client comes back
   * @param user identifies him; undefined where nobody knows
   * @param client that is there
   */
  constructor(
    private readonly recovery: Recovery,
    readonly id: string,
    readonly secret: string,
    readonly user: string | undefined,
    client: SessionClient,
  ) {
    this.client = client
    this.data = client.data
    this.handshake = client.handshake
    this.since = this.completeFrom = recovery.offset
  }

  /** Goes on where another one has ended, as far as its client has got everything up to an offset. */
  continue(before: RecoverableSession, offset: number): void {
    this.completeFrom = offset
    this.log = before.log.filter((one) => one.offset > offset)
    for (const { size } of this.log) this.size += size
  }

  /** Whether what came behind an offset is there still. */
  covers(offset: number): boolean {
    return offset >= this.completeFrom && offset <= this.recovery.offset
  }

  /** Sends what the client has missed. */
  resend(): void {
    for (const { message } of this.log) this.client?.write(message)
  }

  /**
   * Sends an event to the client alone.
   *
   * @param frame of the event
   */
  emit(frame: string): boolean {
    return this.add(this.recovery.number(frame))
  }

  deliver(broadcast: PreparedBroadcast): void {
    if (broadcast.isEvent) this.add(this.recovery.numberOf(broadcast))
    // what is no event has no place for an offset
    else this.client?.write(broadcast.message)
  }

  /** The client has got everything up to an offset. */
  acknowledge(offset: number): void {
    if (!(offset > this.completeFrom && offset <= this.recovery.offset)) return
    this.completeFrom = offset
    const rest = this.log.findIndex((one) => one.offset > offset)
    const proved = this.log.splice(0, rest === -1 ? this.log.length : rest)
    for (const { size } of proved) this.size -= size
  }

  join(rooms: string | readonly string[]): void {
    this.recovery.join(this, rooms)
  }

  leave(room: string): void {
    this.recovery.leave(this, room)
  }

  /** It is not waited for any more. */
  disconnect(): void {
    this.recovery.end(this)
  }

  private add(numbered: Numbered): boolean {
    const { client, recovery, log } = this
    log.push(numbered)
    this.size += numbered.size
    while (log.length > recovery.maxMessages || this.size > recovery.maxSize) this.drop()
    if (client === undefined) return false
    const isTaken = client.write(numbered.message)
    if (++this.unproved >= PROBE_EVERY) {
      this.unproved = 0
      client.probe(Buffer.from(String(numbered.offset)))
    }
    return isTaken
  }

  /** The oldest message: who has not got it cannot be recovered. */
  private drop(): void {
    const { offset, size } = this.log.shift()!
    this.completeFrom = offset
    this.size -= size
  }
}
