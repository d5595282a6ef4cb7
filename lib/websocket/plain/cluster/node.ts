import { randomBytes } from 'node:crypto'
import { clearInterval, setInterval, setTimeout } from 'node:timers'
import type { PubSub, Subscription } from '../../../core/index.js'
import type { Order } from '../broadcast.js'
import type { FetchedSocket } from '../member.js'
import type { Audience } from '../rooms.js'
import type { Elsewhere, Server } from '../server.js'
import { Failures } from './failures.js'
import type { ClusterSettings, ClusterStats } from './options.js'
import { KIND_OF_ORDER, readAudience, readOrder, writeAudience, writeOrder } from './orders.js'
import { Numbers, Outbox, type OutboxHost } from './outbox.js'
import { Peers, type Peer } from './peers.js'
import { describeMember, RemoteSocket, type MemberRecord } from './remote-socket.js'
import { Requests } from './requests.js'
import { eachRecord, Kind, readHead, type Reader } from './wire.js'

/** How long the last words may take at shutdown, in ms. */
const FAREWELL_MS = 1000
/** Bytes of one part of an answer, where the PubSub takes as much. */
const PART_SIZE = 64 * 1024
/** What an answer has besides members. */
const PART_OVERHEAD = 64

/**
 * One process of several that behave as one: it carries orders to the others, carries out theirs, and knows who is alive.
 * All listen to one channel, and each to one of its own, for answers.
 */
export class ClusterNode implements OutboxHost {
  readonly id: Uint8Array = randomBytes(8)
  readonly maxMessageSize: number
  readonly maxQueuedSize: number
  private readonly self = Buffer.from(this.id).toString('latin1')
  private readonly pubSub: PubSub
  private readonly servers = new Map<string, Server>()
  private readonly failures: Failures
  private readonly peers: Peers
  private readonly found: Requests<readonly MemberRecord[]>
  private readonly counted: Requests<number>
  private readonly toAll: Outbox
  private readonly toPeers = new Map<string, Outbox>()
  /**
   * One for all of `toPeers`: who was forgotten here, and has not forgotten this process, would take numbers that begin again
   * for messages of before.
   */
  private readonly numbersToPeers = new Numbers()
  private subscriptions: readonly Subscription[] = []
  private isClosing = false
  /** It has said goodbye: with another word it would be taken for a new one. */
  private isGone = false
  private beating: NodeJS.Timeout | undefined
  /** Until the others are known. */
  private discovering: Promise<void> | undefined
  private publishedCount = 0
  private receivedCount = 0
  private missed = 0
  private repeated = 0

  /**
   * @param settings of the cluster
   * @param report told of errors that nobody else hears of
   * @param now ms, by which peers are silent
   */
  constructor(
    private readonly settings: ClusterSettings,
    private readonly report: (error: unknown, what: string) => void,
    now: () => number = () => performance.now(),
  ) {
    this.pubSub = settings.pubSub
    this.maxMessageSize = settings.maxMessageSize
    this.maxQueuedSize = settings.maxQueuedSize
    const silent = (ids: readonly string[]): void => this.silent(ids)
    this.found = new Requests(settings.requestTimeout, silent)
    this.counted = new Requests(settings.requestTimeout, silent)
    this.failures = new Failures(now)
    this.peers = new Peers(settings.peerTimeout, now, (id) => this.gone(id))
    this.toAll = new Outbox(settings.name, this, new Numbers())
  }

  get stats(): ClusterStats {
    const { lost, rejected, unanswered, isFailing } = this.failures
    return {
      nodeId: Buffer.from(this.id).toString('hex'),
      peers: this.peers.size,
      reaches: !isFailing,
      published: this.publishedCount,
      received: this.receivedCount,
      lost,
      missed: this.missed,
      repeated: this.repeated,
      rejected,
      unanswered,
    }
  }

  /**
   * Joins a server with those of the same name in other processes.
   *
   * @param name the same in all processes
   * @param server of this process
   */
  link(name: string, server: Server): void {
    this.servers.set(name, server)
    const fetch = async (audience: Audience): Promise<readonly FetchedSocket[]> => {
      const parts = await this.ask(this.found, Kind.Fetch, name, audience)
      return parts.flat().map((record) => new RemoteSocket(server, record))
    }
    const elsewhere: Elsewhere = {
      give: (audience, order) => this.give(name, audience, order),
      fetch,
      count: async (audience) => {
        const counts = await this.ask(this.counted, Kind.Count, name, audience)
        return counts.reduce((sum, count) => sum + count, 0)
      },
      emit: (event, data) => this.emit(name, event, data),
    }
    server.joinCluster(elsewhere)
  }

  /** Listens, and says that it is there. What the PubSub throws is the caller's. */
  async start(): Promise<void> {
    const { name, heartbeatInterval, discoveryTime } = this.settings
    this.subscriptions = [
      await this.pubSub.subscribe(this.channelOf(this.self), (message) => this.hear(message, false)),
      await this.pubSub.subscribe(name, (message) => this.hear(message, true)),
    ]
    this.toAll.add(Kind.Hello)
    this.beating = setInterval(() => this.beat(), heartbeatInterval).unref()
    this.discovering = new Promise((resolve) => {
      setTimeout(() => {
        this.discovering = undefined
        resolve()
      }, discoveryTime).unref()
    })
    // before anybody connects here, the others know of it
    await this.toAll.flushed()
  }

  /** Says that it is there, and forgets who is silent. */
  beat(): void {
    this.peers.sweep()
    // what waits to be said to all says so, too
    if (this.toAll.isEmpty) this.toAll.add(Kind.Alive)
  }

  /** Says goodbye, when everything was said. */
  async close(): Promise<void> {
    clearInterval(this.beating)
    this.found.end()
    this.counted.end()
    if (this.subscriptions.length === 0) return
    // whoever asks from now on is answered by the goodbye
    this.isClosing = true
    let timer: NodeJS.Timeout | undefined
    await Promise.race([
      this.sayGoodbye(),
      new Promise((resolve) => (timer = setTimeout(resolve, FAREWELL_MS))),
    ])
    clearTimeout(timer)
    await Promise.all(this.subscriptions.map((subscription) => subscription.close()))
    this.subscriptions = []
  }

  // —— what is said ——

  publish(channel: string, message: Buffer): Promise<void> {
    return this.pubSub.publish(channel, message)
  }

  published(): void {
    this.publishedCount++
    this.failures.succeeded()
  }

  failed(records: number, error: unknown): void {
    this.failures.failed(records, error)
    // nobody has been asked, or may be
    this.found.end()
    this.counted.end()
  }

  private give(name: string, audience: Audience, order: Order): void {
    if (this.isGone) return
    this.toAll.add(KIND_OF_ORDER[order.kind], (writer) => {
      writeAudience(writer, name, audience)
      writeOrder(writer, order)
    })
  }

  private emit(name: string, event: string, data: unknown): void {
    if (this.isGone) return
    const text = JSON.stringify(data) ?? ''
    this.toAll.add(Kind.ServerEvent, (writer) =>
      writer.text(name).text(event).raw(text, Buffer.byteLength(text)),
    )
  }

  /** The last word of all: with an answer behind it, this process would be taken for a new one. */
  private async sayGoodbye(): Promise<void> {
    await Promise.all(Array.from(this.toPeers.values(), (outbox) => outbox.flushed()))
    this.toAll.add(Kind.Bye)
    this.isGone = true
    await this.toAll.flushed()
  }

  private async ask<T>(
    requests: Requests<T>,
    kind: number,
    name: string,
    audience: Audience,
  ): Promise<readonly T[]> {
    if (this.discovering !== undefined) await this.discovering
    if (this.isGone) return []
    return requests.ask(this.peers.ids, (number) =>
      this.toAll.add(kind, (writer) => writeAudience(writer.u32(number), name, audience)),
    )
  }

  // —— what is heard ——

  private hear(bytes: Uint8Array, isToAll: boolean): void {
    if (this.isClosing) return
    const message = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const head = readHead(message)
    const channel = isToAll ? this.settings.name : this.channelOf(this.self)
    if (head === undefined) return this.failures.reject(channel, 'it is none of this version of Corbel.')
    if (head.id === this.self) return
    const isNew = this.peers.get(head.id) === undefined
    const peer = this.peers.hear(head.id)
    if (peer === undefined) return this.failures.reject(channel, 'there are too many senders.')
    if (!this.isNext(peer, head.sequence, isToAll)) return
    this.receivedCount++
    // who is new here may know this process as little
    if (isNew) this.outboxOf(head.id).add(Kind.Alive)
    try {
      eachRecord(message, (kind, record) => this.obey(kind, record, peer))
    } catch (error) {
      if (error instanceof RangeError || error instanceof SyntaxError)
        return this.failures.reject(channel, 'it is damaged.')
      throw error
    }
  }

  /**
   * Whether a message was not heard before. Numbers that are missing are messages that were lost on the way; of those to one
   * process, others may have got the rest.
   */
  private isNext(peer: Peer, sequence: number, isToAll: boolean): boolean {
    const last = isToAll ? peer.toAll : peer.toMe
    const step = last === undefined ? 1 : sequence - last
    if (step <= 0) {
      this.repeated++
      return false
    }
    if (isToAll) {
      this.missed += step - 1
      peer.toAll = sequence
    } else peer.toMe = sequence
    return true
  }

  private obey(kind: number, record: Reader, peer: Peer): void {
    switch (kind) {
      case Kind.Hello:
        return this.outboxOf(peer.id).add(Kind.Alive)
      case Kind.Alive:
        return undefined
      case Kind.Bye:
        return this.peers.remove(peer.id)
      case Kind.Found: {
        const number = record.u32()
        const isLast = record.u8() === 1
        return this.found.answer(number, peer.id, JSON.parse(record.restText()) as MemberRecord[], isLast)
      }
      case Kind.Counted:
        return this.counted.answer(record.u32(), peer.id, record.u32(), true)
      case Kind.Fetch:
      case Kind.Count: {
        const number = record.u32()
        const server = this.servers.get(record.text())
        const audience = readAudience(record)
        return kind === Kind.Fetch
          ? this.answerFetch(peer.id, number, server, audience)
          : this.outboxOf(peer.id).add(Kind.Counted, (writer) =>
              writer.u32(number).u32(server?.countHere(audience) ?? 0),
            )
      }
      case Kind.ServerEvent: {
        const server = this.servers.get(record.text())
        const event = record.text()
        const text = record.restText()
        return server?.hear(event, text === '' ? undefined : (JSON.parse(text) as unknown), this.report)
      }
      default: {
        const server = this.servers.get(record.text())
        const audience = readAudience(record)
        // what is for nobody here is not even decoded
        if (server === undefined || !server.mayHave(audience)) return undefined
        const order = readOrder(kind, record)
        if (order !== undefined) server.apply(audience, order)
      }
    }
  }

  /** In parts, as no message may be too large. */
  private answerFetch(id: string, number: number, server: Server | undefined, audience: Audience): void {
    const outbox = this.outboxOf(id)
    const limit = Math.min(PART_SIZE, this.maxMessageSize - PART_OVERHEAD)
    let part: string[] = []
    let size = 0
    const send = (isLast: boolean): void => {
      const text = `[${part.join(',')}]`
      outbox.add(Kind.Found, (writer) =>
        writer
          .u32(number)
          .u8(isLast ? 1 : 0)
          .raw(text, Buffer.byteLength(text)),
      )
      part = []
      size = 0
    }
    for (const member of server?.listHere(audience) ?? []) {
      const text = describeMember(member, (error) => this.report(error, `data of the client ${member.id}`))
      const bytes = Buffer.byteLength(text) + 1
      if (bytes > this.maxMessageSize - PART_OVERHEAD) {
        this.report(new RangeError('It is too large to be told to other processes.'), `client ${member.id}`)
        continue
      }
      if (size > 0 && size + bytes > limit) send(false)
      part.push(text)
      size += bytes
    }
    send(true)
  }

  private outboxOf(id: string): Outbox {
    let outbox = this.toPeers.get(id)
    if (outbox === undefined) {
      outbox = new Outbox(this.channelOf(id), this, this.numbersToPeers)
      this.toPeers.set(id, outbox)
    }
    return outbox
  }

  private channelOf(id: string): string {
    return `${this.settings.name}:${Buffer.from(id, 'latin1').toString('hex')}`
  }

  /** Who does not answer is not waited for again, until it is heard of. */
  private silent(ids: readonly string[]): void {
    this.failures.silent(ids.length)
    for (const id of ids) this.peers.remove(id)
  }

  private gone(id: string): void {
    this.toPeers.delete(id)
    this.found.gone(id)
    this.counted.gone(id)
  }
}
