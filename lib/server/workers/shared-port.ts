import { createServer, type Server, type Socket } from 'node:net'
import { clearTimeout, setTimeout } from 'node:timers'
import type { BoundAddress } from '../engine.js'
import { bind, boundAddress, type Place } from '../listener/bind.js'
import { COME_BACK_MS, untilQuiet } from '../turns.js'

/** A worker's server, as the port sees it. */
export interface PortMember {
  /** Sends a connection to the worker; it keeps it until the worker says that it has it. */
  give(socket: Socket): void
}

/** Connections that wait for a worker, where there is none just now. */
const MOST_WAITING = 1024

/** ms for which the only worker of a port that wants to leave waits for another one. */
const SUCCESSOR_MS = 1000

/**
 * A port that the primary listens on for its workers. Connections are given to them in turn; as long as the port is open no
 * connection is refused or lost, whichever workers come and go.
 */
export class SharedPort {
  private readonly server: Server
  private readonly members: PortMember[] = []
  private readonly waiting: Socket[] = []
  private opening: Promise<BoundAddress> | undefined
  private turn = 0
  private accepted = 0
  private stopping = false
  private changed: (() => void) | undefined

  /**
   * @param onError told of errors of the open port
   * @param onFailure told that it could not be opened
   */
  constructor(
    private readonly onError: (error: Error) => void,
    private readonly onFailure: () => void,
  ) {
    this.server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (socket) => {
      this.accepted++
      socket.on('error', ignore)
      // otherwise Node would keep a list of what each worker has got, and ask all of them before the server closes
      Reflect.set(socket, 'server', null)
      this.pass(socket)
    })
  }

  /**
   * Listens; later calls answer what the first one has found.
   *
   * @throws {CorbelError} as `ServerEngine.listen`
   */
  open(place: Place, backlog: number | undefined): Promise<BoundAddress> {
    this.opening ??= this.openOnce(place, backlog)
    return this.opening
  }

  /** Gives connections to this worker, too. */
  join(member: PortMember): void {
    this.members.push(member)
    this.changed?.()
    for (const socket of this.waiting.splice(0)) this.pass(socket)
  }

  /**
   * Gives no more connections to a worker. The last one gets those that nobody else could take, until the port is closed.
   *
   * @returns when all that are its own have been given to it
   */
  async leave(member: PortMember): Promise<void> {
    if (this.isLast(member) && !this.stopping) await this.change()
    if (this.isLast(member) && this.stopping) await this.shut()
    this.remove(member)
  }

  /** Forgets a worker that has ended. */
  remove(member: PortMember): void {
    const at = this.members.indexOf(member)
    if (at !== -1) this.members.splice(at, 1)
  }

  /** Gives a connection to the worker whose turn it is. */
  pass(socket: Socket): void {
    if (socket.destroyed) return
    const { members, waiting } = this
    if (members.length > 0) members[this.turn++ % members.length]!.give(socket)
    else if (waiting.length < MOST_WAITING) waiting.push(socket)
    else socket.destroy()
  }

  /** The workers are told to stop: the port is closed when the last of them leaves. */
  stop(): void {
    this.stopping = true
    this.changed?.()
  }

  /** Closes at once. */
  close(): void {
    if (this.server.listening) this.server.close()
    for (const socket of this.waiting.splice(0)) socket.destroy()
  }

  private async openOnce(place: Place, backlog: number | undefined): Promise<BoundAddress> {
    try {
      await bind(this.server, place, backlog)
    } catch (error) {
      this.onFailure()
      throw error
    }
    this.server.on('error', this.onError)
    // whether TLS is spoken is the workers' affair
    return boundAddress(this.server, false)!
  }

  private async shut(): Promise<void> {
    await untilQuiet(() => this.accepted, COME_BACK_MS.most)
    this.close()
  }

  private isLast(member: PortMember): boolean {
    return this.members.length === 1 && this.members[0] === member
  }

  /** Waits, for a while, until another worker joins or all are to stop. */
  private async change(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, SUCCESSOR_MS)
      this.changed = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.changed = undefined
  }
}

function ignore(): void {}
