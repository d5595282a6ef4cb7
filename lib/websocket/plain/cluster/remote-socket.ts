import type { FetchedSocket, Handshake, Member } from '../member.js'
import type { Server } from '../server.js'

/** What a process tells others of one of its members. */
export interface MemberRecord {
  readonly id: string
  readonly rooms: readonly string[]
  readonly data: Readonly<Record<string, unknown>>
  readonly handshake: Handshake
}

/** They say who somebody is to whoever can read them: they stay in their process. */
const SECRET_HEADERS = new Set(['authorization', 'cookie', 'proxy-authorization'])

/**
 * A member as JSON.
 *
 * @param member of this process
 * @param report told why its data stay here, where JSON cannot say them
 */
export function describeMember(
  { id, rooms, data, handshake }: Member,
  report: (error: unknown) => void,
): string {
  const headers = Object.fromEntries(
    Object.entries(handshake.headers).filter(([name]) => !SECRET_HEADERS.has(name)),
  )
  // one by one: a handshake may be more than what is told of it
  const { query, url, address, secure, params } = handshake
  const told: Handshake = { headers, query, url, address, secure, ...(params !== undefined && { params }) }
  const record: MemberRecord = { id, rooms: [...rooms], data, handshake: told }
  try {
    return JSON.stringify(record)
  } catch (error) {
    report(error)
    return JSON.stringify({ ...record, data: {} })
  }
}

/** A member of another process, as it was when it was found. What is done to it is done there. */
export class RemoteSocket implements FetchedSocket {
  readonly id: string
  readonly rooms: ReadonlySet<string>
  readonly data: Readonly<Record<string, unknown>>
  readonly handshake: Handshake

  constructor(
    private readonly server: Server,
    { id, rooms, data, handshake }: MemberRecord,
  ) {
    this.id = id
    this.rooms = new Set(rooms)
    this.data = data
    this.handshake = handshake
  }

  join(rooms: string | readonly string[]): void {
    this.server.in(this.id).socketsJoin(rooms)
  }

  leave(room: string): void {
    this.server.in(this.id).socketsLeave(room)
  }

  emit(event: string, data?: unknown): boolean {
    return this.server.in(this.id).emit(event, data)
  }

  disconnect(): void {
    this.server.in(this.id).disconnectSockets()
  }
}
