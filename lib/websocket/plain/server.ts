import { BroadcastOperator, type Order, type Orders } from './broadcast.js'
import type { FetchedSocket, Member } from './member.js'
import { RoomStream, type RoomStreamOptions } from './room-stream.js'
import { Rooms, type Audience } from './rooms.js'

/** The same server in other processes. */
export interface Elsewhere {
  /** @throws {CorbelError} CORBEL_WS_CLUSTER_MESSAGE_TOO_LARGE */
  give(audience: Audience, order: Order): void
  fetch(audience: Audience): Promise<readonly FetchedSocket[]>
  count(audience: Audience): Promise<number>
  emit(event: string, data: unknown): void
}

/** Hears what another process says to all. */
export type ServerListener = (data: unknown) => void

/** All clients of a path, in all processes: what `@WebSocketServer()` gets. */
export class Server extends BroadcastOperator {
  /** Everybody of this process: what it is told does not leave it. */
  readonly local: BroadcastOperator
  private readonly own = new Rooms()
  private elsewhere: Elsewhere | undefined
  private readonly listeners = new Map<string, Set<ServerListener>>()
  /** Those who are away and may come back: what their rooms are told is kept for them. Undefined without recovery. */
  absent: Rooms | undefined = undefined

  /** @param path where clients connect */
  constructor(readonly path: string) {
    const orders: Orders = {
      give: (audience, order) => {
        // others first: what is too large for them nobody gets
        this.elsewhere?.give(audience, order)
        this.apply(audience, order)
      },
      fetch: async (audience) => {
        const remote = this.elsewhere?.fetch(audience)
        const local = this.own.list(audience)
        return remote === undefined ? local : [...local, ...(await remote)]
      },
      count: async (audience) => {
        const remote = this.elsewhere?.count(audience)
        return this.own.count(audience) + ((await remote) ?? 0)
      },
    }
    super(orders)
    this.local = new BroadcastOperator({
      give: (audience, order) => this.apply(audience, order),
      fetch: (audience) => Promise.resolve(this.own.list(audience)),
      count: (audience) => Promise.resolve(this.own.count(audience)),
    })
  }

  /** The clients of this process. */
  get clients(): ReadonlySet<Member> {
    return new Set(this.own.sockets.values())
  }

  /** The clients of this process, by id. */
  get sockets(): ReadonlyMap<string, Member> {
    return this.own.sockets
  }

  /** The rooms of this process, with who is in them. */
  get rooms(): ReadonlyMap<string, ReadonlySet<Member>> {
    return this.own.rooms
  }

  /**
   * Tells the other processes something: their `on` listeners hear of it, clients do not.
   *
   * @param event its name
   * @param data what JSON can say
   * @throws {CorbelError} CORBEL_WS_CLUSTER_MESSAGE_TOO_LARGE
   */
  serverSideEmit(event: string, data?: unknown): void {
    this.elsewhere?.emit(event, data)
  }

  /** Hears what other processes say with `serverSideEmit`. What the listener throws is logged. */
  on(event: string, listener: ServerListener): this {
    const known = this.listeners.get(event)
    if (known === undefined) this.listeners.set(event, new Set([listener]))
    else known.add(listener)
    return this
  }

  /** Does not hear of it any more. */
  off(event: string, listener: ServerListener): this {
    const known = this.listeners.get(event)
    known?.delete(listener)
    if (known?.size === 0) this.listeners.delete(event)
    return this
  }

  /**
   * The events of rooms as server-sent events: `@Sse() news() { return server.stream('news') }`. As long as it is read, the
   * stream is in the rooms as a WebSocket is; `fetchSockets()` finds it, too.
   *
   * @param rooms one or several
   * @param options what ends it, and what may wait
   */
  stream(rooms: string | readonly string[], options: RoomStreamOptions = {}): RoomStream {
    return new RoomStream(this, rooms, options)
  }

  // —— for adapters, and for whoever else has members ——

  add(member: Member): void {
    this.own.add(member)
  }

  remove(member: Member): void {
    this.own.remove(member)
  }

  join(member: Member, room: string): void {
    this.own.join(member, room)
  }

  leave(member: Member, room: string): void {
    this.own.leave(member, room)
  }

  /** Does in this process what was asked for. */
  apply(audience: Audience, order: Order): void {
    applyTo(this.own, audience, order)
    if (this.absent !== undefined) applyTo(this.absent, audience, order)
  }

  // —— for the cluster ——

  /** @param elsewhere the same server in other processes */
  joinCluster(elsewhere: Elsewhere): void {
    this.elsewhere = elsewhere
  }

  /** Whether there may be somebody of an audience in this process. */
  mayHave(audience: Audience): boolean {
    return this.own.mayHave(audience) || this.absent?.mayHave(audience) === true
  }

  listHere(audience: Audience): readonly Member[] {
    return this.own.list(audience)
  }

  countHere(audience: Audience): number {
    return this.own.count(audience)
  }

  /** Tells the listeners what another process has said. */
  hear(event: string, data: unknown, report: (error: unknown, what: string) => void): void {
    for (const listener of Array.from(this.listeners.get(event) ?? [])) {
      try {
        listener(data)
      } catch (error) {
        report(error, `${this.path} on(${JSON.stringify(event)})`)
      }
    }
  }
}

function applyTo(members: Rooms, audience: Audience, order: Order): void {
  if (order.kind === 'send') {
    const { message } = order
    return members.each(audience, (member) => member.deliver(message))
  }
  for (const member of members.list(audience)) {
    if (order.kind === 'join') for (const room of order.rooms) members.join(member, room)
    else if (order.kind === 'leave') for (const room of order.rooms) members.leave(member, room)
    else member.disconnect()
  }
}
