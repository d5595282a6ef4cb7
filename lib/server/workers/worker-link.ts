import type { ListenOptions, Server, Socket } from 'node:net'
import type { BoundAddress } from '../engine.js'
import type { Place } from '../listener/bind.js'
import { cluster } from './cluster.js'
import { isOwn, WORKER_VARIABLE, type FromPrimary, type FromWorker } from './messages.js'

let link: WorkerLink | undefined

/**
 * The primary, as its workers see it.
 *
 * @returns undefined in a process that no supervisor has started
 */
export function workerLink(): WorkerLink | undefined {
  if (link !== undefined || process.env[WORKER_VARIABLE] === undefined || !cluster().isWorker) return link
  return (link = new WorkerLink())
}

interface LinkedServer {
  readonly server: Server
  leaving: Promise<void> | undefined
  left: (() => void) | undefined
}

/** Listens by way of the primary, and ends with it. */
export class WorkerLink {
  /** What this worker is called by the log. */
  readonly number = Number(process.env[WORKER_VARIABLE])
  /** True if someone else says when the worker is ready. */
  isHeld = false

  private readonly servers: LinkedServer[] = []
  private readonly addresses: BoundAddress[] = []
  private stopTimeout = 0

  /** Use `workerLink`. */
  constructor() {
    process.on('message', (message: unknown, handle: unknown) => {
      if (isOwn<FromPrimary>(message)) this.receive(message, handle)
    })
    // reloading is the primary's business; a terminal that closes signals the whole group
    process.on('SIGHUP', ignore)
    cluster().worker!.on('disconnect', endOrphan)
  }

  /**
   * Has the primary listen for a server, which then emits `listening` or `error` as ever.
   *
   * @param server that does not listen by itself
   * @param options where
   */
  listen(server: Server, options: ListenOptions): void {
    const port = this.servers.push({ server, leaving: undefined, left: undefined }) - 1
    const { backlog, ...place } = options
    this.send({ corbel: 'listen', port, place: place as Place, backlog })
  }

  /**
   * Has the primary send no more connections for a server.
   *
   * @returns when the last one has come
   */
  leave(server: Server): Promise<void> {
    const port = this.servers.findLastIndex((one) => one.server === server)
    const linked = this.servers[port]
    if (linked === undefined || !server.listening || !process.connected) return Promise.resolve()
    if (linked.leaving === undefined) {
      linked.leaving = new Promise((resolve) => (linked.left = resolve))
      this.send({ corbel: 'leave', port })
    }
    return linked.leaving
  }

  /**
   * Notes what the primary has to know of an application.
   *
   * @param addresses where it listens
   * @param stopTimeout ms that stopping may take
   */
  serves(addresses: readonly BoundAddress[], stopTimeout: number): void {
    this.addresses.push(...addresses)
    this.stopTimeout = Math.max(this.stopTimeout, stopTimeout)
  }

  /** Tells the primary that this worker has booted. */
  ready(): void {
    const { addresses, stopTimeout } = this
    this.send({ corbel: 'ready', stopTimeout, addresses })
  }

  private send(message: FromWorker): void {
    if (process.connected) process.send!(message, undefined, undefined, ignore)
  }

  private receive(message: FromPrimary, handle: unknown): void {
    const linked = this.servers[message.port]
    if (linked === undefined) return
    const { server } = linked
    switch (message.corbel) {
      case 'connection':
        this.send({ corbel: 'taken', connection: message.connection })
        if (isSocket(handle)) {
          handle.allowHalfOpen = true
          server.emit('connection', handle)
        }
        return
      case 'listening':
        showListening(server, message.address)
        return void server.emit('listening')
      case 'failed':
        return void server.emit('error', Object.assign(new Error(message.reason), { code: message.code }))
      case 'left':
        Reflect.deleteProperty(server, 'listening')
        linked.left?.()
    }
  }
}

/**
 * Makes a server look as if it listened, for whoever asks it for its address.
 *
 * @param server that does not listen itself
 * @param bound where connections for it are accepted
 */
export function showListening(server: Server, bound: BoundAddress | undefined): void {
  const path = bound?.path
  const address =
    bound === undefined || path !== undefined
      ? (path ?? null)
      : { address: bound.host, port: bound.port, family: bound.host.includes(':') ? 'IPv6' : 'IPv4' }
  server.address = () => (server.listening ? address : null)
  Object.defineProperty(server, 'listening', { value: true, configurable: true })
}

/** The primary is gone: what is in flight is finished as after a signal, then the process ends. */
function endOrphan(): void {
  // or Node would end the process at once
  cluster().worker!.exitedAfterDisconnect = true
  // the pipes to the primary are broken
  process.stdout.on('error', ignore)
  process.stderr.on('error', ignore)
  if (!process.emit('SIGTERM', 'SIGTERM')) process.exit(0)
}

function isSocket(handle: unknown): handle is Socket {
  return typeof handle === 'object' && handle !== null && 'allowHalfOpen' in handle
}

function ignore(): void {}
