import { randomBytes } from 'node:crypto'
import { listOf } from '../../../common/index.js'
import { CloseCode, type MessageContent, type PreparedMessage } from '../../../server/index.js'
import { UNAUTHENTICATED } from '../authentication.js'
import { eventFrame, withOffset } from '../frames.js'
import type { PreparedBroadcast } from '../prepared-broadcast.js'
import { Rooms } from '../rooms.js'
import type { Server } from '../server.js'
import type { Socket } from '../socket.js'
import { RecoverableSession, type Numbered } from './session.js'

/** What is kept for clients whose connection was lost. */
export interface RecoveryOptions {
  /** How long a client may be away, in ms. Default 120 000. */
  readonly maxDisconnection?: number
  /** Messages that are kept for a client; with more, it is not recovered. Default 1 000. */
  readonly maxMessages?: number
  /** The same in characters of their frames. Default 1 Mi. */
  readonly maxSize?: number
  /** Clients of a path that may be away at a time; the one that is away longest is forgotten for one more. Default 10 000. */
  readonly maxSessions?: number
}

/** Codes of connections that were lost, or whose token has expired; others were closed on purpose (1001: the page is left). */
const LOST = new Set<number>([CloseCode.Abnormal, UNAUTHENTICATED])
const SECRET_BYTES = 24

/** The sessions of a path: whoever comes back in time is who he was, and gets what he has missed. */
export class Recovery {
  readonly maxMessages: number
  readonly maxSize: number
  private readonly maxDisconnection: number
  private readonly maxSessions: number
  /** By secret, those that are away in the order in which they went. */
  private readonly sessions = new Map<string, RecoverableSession>()
  private readonly away = new Set<RecoverableSession>()
  private readonly absent = new Rooms()
  private latest = 0
  /** The broadcast that is being delivered: its number is the same for all. */
  private broadcast: PreparedBroadcast | undefined
  private numbered: Numbered | undefined

  /**
   * @param server of the path
   * @param options see `RecoveryOptions`
   */
  constructor(
    private readonly server: Server,
    {
      maxDisconnection = 120_000,
      maxMessages = 1000,
      maxSize = 1_048_576,
      maxSessions = 10_000,
    }: RecoveryOptions,
  ) {
    this.maxDisconnection = maxDisconnection
    this.maxMessages = maxMessages
    this.maxSize = maxSize
    this.maxSessions = maxSessions
    server.absent = this.absent
  }

  /** Of the latest message. */
  get offset(): number {
    return this.latest
  }

  /** How many are away. */
  get size(): number {
    return this.away.size
  }

  /**
   * Gives a client that asks for it a session: a new one, or its own of before. It is told which, and gets what it has missed.
   *
   * @param socket that guards have let in
   * @param asked the secret of its session; empty for a new one
   * @param offset of the last message that it has got
   * @param supersede ends a connection that nobody knew to be dead
   */
  enter(
    socket: Socket,
    asked: string,
    offset: string | undefined,
    supersede: (client: RecoverableSession['client']) => void,
  ): RecoverableSession {
    const before = this.take(asked, supersede)
    const user = identityOf(socket.user)
    // without an offset, nothing has come since the session began
    const from = offset === undefined ? before?.since : offsetOf(offset)
    const known =
      before !== undefined && before.user === user && from !== undefined && before.covers(from)
        ? before
        : undefined
    const secret = randomBytes(SECRET_BYTES).toString('base64url')
    const session = new RecoverableSession(this, known?.id ?? socket.id, secret, user, socket)
    if (known !== undefined) session.continue(known, from!)
    this.sessions.set(secret, session)
    socket.resume(session, known?.data)
    this.server.add(socket)
    for (const room of known?.rooms ?? []) this.server.join(socket, room)
    socket.send(eventFrame('session', { session: secret, recovered: known !== undefined }))
    session.resend()
    return session
  }

  /**
   * The client of a session is gone.
   *
   * @param code of the close
   */
  gone(session: RecoverableSession, code: number): void {
    const { client } = session
    if (client === undefined) return
    session.client = undefined
    if (!LOST.has(code) || this.maxSessions === 0) return this.end(session)
    this.absent.add(session)
    this.join(session, [...client.rooms])
    this.away.add(session)
    session.timer = setTimeout(() => this.end(session), this.maxDisconnection)
    session.timer.unref()
    if (this.away.size > this.maxSessions) for (const oldest of this.away) return this.end(oldest)
  }

  /** Forgets a session. */
  end(session: RecoverableSession): void {
    this.sessions.delete(session.secret)
    this.away.delete(session)
    this.absent.remove(session)
    clearTimeout(session.timer)
  }

  /** Forgets all of them. */
  close(): void {
    for (const session of this.away) this.end(session)
  }

  join(session: RecoverableSession, rooms: string | readonly string[]): void {
    for (const room of listOf(rooms)) this.absent.join(session, room)
  }

  leave(session: RecoverableSession, room: string): void {
    this.absent.leave(session, room)
  }

  /** Numbers an event for one client. */
  number(frame: string): Numbered {
    const offset = ++this.latest
    return { offset, message: withOffset(frame, String(offset)), size: frame.length }
  }

  /** Numbers a broadcast: once, whoever gets it, as it is delivered to all of them before another one. */
  numberOf(broadcast: PreparedBroadcast): Numbered {
    if (this.broadcast === broadcast && this.numbered !== undefined) return this.numbered
    const offset = ++this.latest
    const message: MessageContent | PreparedMessage = broadcast.withOffset(String(offset))
    this.broadcast = broadcast
    return (this.numbered = { offset, message, size: broadcast.content.length })
  }

  /** A secret is good for one time. */
  private take(
    secret: string,
    supersede: (client: RecoverableSession['client']) => void,
  ): RecoverableSession | undefined {
    const session = this.sessions.get(secret)
    if (session === undefined) return undefined
    // the client knows before the server that its connection is dead
    if (session.client !== undefined) supersede(session.client)
    const rooms = [...session.rooms]
    this.end(session)
    for (const room of rooms) session.rooms.add(room)
    return session
  }
}

function offsetOf(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

/** What tells one user from another: `id` of a principal, `sub` of claims. */
function identityOf(user: unknown): string | undefined {
  const { id, sub = id } = (user ?? {}) as { readonly id?: unknown; readonly sub?: unknown }
  return typeof sub === 'string' || typeof sub === 'number' ? String(sub) : undefined
}
