import { AsyncResource } from 'node:async_hooks'
import { isPromise } from '../../common/index.js'
import { ClientGone, EMPTY_BODY, type ConnectionInfo, UpgradeUnavailable } from '../../http/index.js'
import { RequestBody } from './body.js'
import { Awaited, Deadline, lateness } from './deadline.js'
import { ConnectionEnded, WriteStalled } from './errors.js'
import { H1Exchange, type Wire } from './exchange.js'
import type { ConnectionHost } from './host.js'
import { Idleness } from './idleness.js'
import { Intake } from './intake.js'
import { openBody } from './open-body.js'
import { FirstBytes } from './opening.js'
import { Output } from '../wire/output.js'
import { ExchangeQueue } from './queue.js'
import { ignoreError, resetSocket, type Ends, type WireSocket } from '../socket.js'
import { connectionInfo } from '../tls/info.js'
import { WriteWatch } from '../wire/write-watch.js'
import { ReleasedWire } from './released.js'
import { UNREADABLE, UNREADABLE_HEAD, type RequestHead } from './request-head.js'

const enum Phase {
  /** Requests are read and answered. */
  Open,
  /** The last answer is on its way; what the client still sends is thrown away until it closes, too (RFC 9112 §9.6). */
  Closing,
  /** The socket is closed or belongs to someone else. */
  Gone,
}

/**
 * One HTTP/1.1 connection: reads requests, has them answered and sees to it that answers leave in their order.
 *
 * Received bytes are worked off by `run`, a loop that stops where it has to wait and is started again by whatever ends that.
 */
export class H1Connection implements Wire {
  readonly output: Output

  private readonly intake: Intake
  private readonly queue = new ExchangeQueue()
  private readonly writes: WriteWatch
  private readonly deadline: Deadline
  private readonly scope = new AsyncResource('CorbelConnection')
  private connectionInfo: ConnectionInfo | undefined
  private phase = Phase.Open
  /** The body that bytes belong to now, and its exchange. */
  private receiving: RequestBody | undefined
  private receiver: H1Exchange | undefined
  /** A request that has to wait for those before it. */
  private waiting: H1Exchange | undefined
  private running = false
  private scheduled = false
  private paused = false
  /** No more requests are read. */
  private last = false
  private inputEnded = false
  private requests = 0
  private lingered = 0
  private idleness: Idleness | undefined
  private first: FirstBytes | undefined

  /**
   * @param host the server
   * @param socket TCP, TLS or any other duplex; half-open allowed
   * @param ends where its two ends are, if not those of the socket
   */
  constructor(
    private readonly host: ConnectionHost,
    private readonly socket: WireSocket,
    private readonly ends?: Ends,
  ) {
    const { limits } = host
    this.output = new Output(socket)
    this.intake = new Intake(host.parser, limits)
    this.writes = new WriteWatch(socket, limits)
    this.first = FirstBytes.of(host.opening, socket)
    this.deadline = new Deadline(host.clock, limits.requestTimeout, limits.headersTimeout)
    socket.on('data', this.onData)
    socket.on('end', this.onEnd)
    socket.on('drain', this.onDrain)
    socket.on('error', ignoreError) // 'close' follows
    socket.on('close', this.onClose)
  }

  get info(): ConnectionInfo {
    return (this.connectionInfo ??= connectionInfo(this.socket, this.ends))
  }

  get dateLine(): string {
    return this.host.clock.dateLine
  }

  // —— for the server ——

  /** Answers a request that could not be read, after those before it, and closes. */
  refuse(error: unknown, head: RequestHead = UNREADABLE): void {
    if (this.phase !== Phase.Open) return
    this.last = true
    this.intake.clear()
    const exchange = new H1Exchange(this, head, '', 0, EMPTY_BODY)
    this.queue.push(exchange)
    exchange.fail(error)
  }

  /** Requests that were read and not answered yet. */
  get inFlight(): number {
    return this.queue.size + (this.waiting === undefined ? 0 : 1)
  }

  /**
   * Closes if nothing is going on, and nothing was for a while. RFC 9112 has no way to tell a client that an idle connection is
   * about to close but the next answer, and until then its next request may be on its way (§9.5, §9.6).
   *
   * @param looks how often before this it has to have been idle without a request in between
   * @param unused ms without a request after which it is closed whatever `looks` is
   */
  retire(looks: number, unused: number): void {
    const busy = this.inFlight > 0 || this.receiving !== undefined || !this.intake.empty
    if (this.phase !== Phase.Open || busy) return
    this.idleness ??= new Idleness(this.host, this.deadline)
    if (!this.idleness.lasts(this.requests, looks, unused)) return
    if (this.output.pending > 0 || this.socket.writableLength > 0) this.finish()
    else this.socket.destroy()
  }

  /** Closes without waiting for anything. */
  destroy(reason: Error): void {
    this.giveUpAll(reason)
    this.socket.destroy()
  }

  /**
   * Looks at the deadlines.
   *
   * @param now ms
   * @param elapsed ms since the last look
   */
  sweep(now: number, elapsed: number): void {
    const { limits } = this.host
    if (this.writes.isStalled(now)) return this.destroy(new WriteStalled({ timeout: limits.writeTimeout }))
    const missed = this.deadline.missed(now, elapsed)
    if (missed === Awaited.Closing) this.socket.destroy()
    // without an answer: a client could take it for that of the request it is just sending
    else if (missed === Awaited.Request) this.finish()
    else if (missed !== Awaited.Nothing) this.failRequest(lateness(missed, limits.requestTimeout))
  }

  // —— for exchanges ——

  outlasts(exchange: H1Exchange): boolean {
    const newest = exchange.next === undefined && this.waiting === undefined
    // what was read behind it is still answered: only the last answer may say that there will be no other
    if (newest && (this.exhausted || (this.host.draining && this.intake.empty))) return false
    const body = exchange.incoming
    if (body === undefined || body.complete || body.reading) return true
    // nobody has read it yet: is it worth reading for nobody?
    return !exchange.awaitsContinue && (body.missing ?? 0) <= this.host.limits.maxDiscardSize
  }

  finished(exchange: H1Exchange): void {
    if (exchange === this.receiver) this.abandonBody(exchange)
    if (exchange !== this.queue.front) return
    this.shiftDone()
    if (this.running || this.phase !== Phase.Open) return
    if (this.intake.chunk !== undefined || this.waiting !== undefined) this.runLater()
    else {
      if (this.queue.front === undefined) this.output.flush()
      else this.output.scheduleOrFlush()
      this.settle()
    }
  }

  written(): void {
    if (this.running) this.output.flushIfLarge()
    else this.output.scheduleOrFlush()
  }

  bodyWanted(): void {
    if (this.running || this.phase !== Phase.Open) return
    if (this.intake.chunk === undefined) this.settle()
    else this.runLater()
  }

  report(error: unknown): void {
    this.host.report(error)
  }

  release(): { socket: WireSocket; head: Uint8Array; wire: Wire } {
    if (this.phase !== Phase.Open) throw new UpgradeUnavailable({ reason: 'it is closed' })
    const { socket } = this
    this.output.flush()
    this.phase = Phase.Gone
    const exchange = this.queue.front
    this.queue.shift()
    exchange?.tellEnd()
    this.host.reader?.detach(socket)
    socket.removeListener('data', this.onData)
    socket.removeListener('end', this.onEnd)
    socket.removeListener('drain', this.onDrain)
    socket.removeListener('error', ignoreError)
    socket.removeListener('close', this.onClose)
    socket.pause()
    // as a fresh socket has it: whoever listens for data next sets it flowing
    Reflect.set(socket, 'readableFlowing', null)
    this.host.forget(this)
    return { socket, head: this.intake.takeRest(), wire: new ReleasedWire(this.info, this.host) }
  }

  // —— the socket's events ——

  private readonly onData = (data: Buffer): void => this.receive(data, false)

  /**
   * Works off what was received.
   *
   * @param data bytes
   * @param borrowed true if their memory is someone else's as soon as this returns
   */
  receive(data: Buffer, borrowed: boolean): void {
    if (this.phase === Phase.Closing) {
      this.lingered += data.length
      if (this.lingered > this.host.limits.maxLingerSize) this.socket.destroy()
      return
    }
    if (this.first !== undefined) return this.begin(this.first, data, borrowed)
    this.intake.add(data, borrowed)
    this.run()
    this.intake.own()
  }

  private begin(first: FirstBytes, data: Buffer, borrowed: boolean): void {
    const found = first.read(data)
    if (found === undefined) return
    this.first = undefined
    if (found.claimed) first.handOver(this.release().socket, this.ends, found.bytes)
    else this.receive(found.bytes, borrowed && found.bytes === data)
  }

  private readonly onEnd = (): void => {
    this.inputEnded = true
    if (this.phase !== Phase.Open) return
    if (this.host.halfClose === 'abort' && this.queue.size > 0) this.destroy(new ClientGone({}))
    else this.endInput()
  }

  private readonly onDrain = (): void => {
    if (!this.output.blocked) return
    this.output.blocked = false
    this.queue.front?.drain()
    this.runLater()
  }

  private readonly onClose = (): void => {
    this.giveUpAll(new ClientGone({}))
    this.phase = Phase.Gone
    this.host.forget(this)
  }

  // —— requests ——

  /** Runs at the end of this turn: not inside of the handler that made it possible, nor in its async context. */
  private runLater(): void {
    if (this.scheduled) return
    this.scheduled = true
    process.nextTick(runScheduled, this)
  }

  /** For `runLater`. */
  runScheduled(): void {
    this.scheduled = false
    if (this.phase === Phase.Open && !this.running) this.scope.runInAsyncScope(this.run, this)
  }

  private run(): void {
    this.running = true
    while (this.step());
    this.running = false
    if (this.phase !== Phase.Open) return
    if (this.inputEnded) this.endInput()
    this.output.flush()
    this.settle()
  }

  /** Does the next thing that can be done. */
  private step(): boolean {
    if (this.phase !== Phase.Open) return false
    if (this.waiting !== undefined) return this.dispatchWaiting(this.waiting)
    const { chunk } = this.intake
    if (chunk === undefined) return false
    if (this.receiving !== undefined) return this.receiveBody(this.receiving, this.intake.owned())
    if (this.last) return this.discard()
    this.output.flushIfLarge()
    if (this.output.blocked || !this.queue.hasRoom(this.host.limits.maxPipelined)) return false
    try {
      if (!this.intake.readHead()) return false
    } catch (error) {
      this.refuse(error, this.host.parser.method === 'HEAD' ? UNREADABLE_HEAD : UNREADABLE)
      return true
    }
    this.open()
    return true
  }

  private dispatchWaiting(exchange: H1Exchange): boolean {
    if (!this.queue.admits(exchange)) return false
    this.waiting = undefined
    this.dispatch(exchange)
    return true
  }

  /** Makes an exchange of the head that the parser holds, and has it answered if it may be already. */
  private open(): void {
    const { host, intake } = this
    const body = openBody(host.parser.bodyLength, intake, host.limits)
    const exchange = new H1Exchange(this, host.parser, intake.text, intake.base, body)
    if (body instanceof RequestBody) {
      body.owner = exchange
      exchange.incoming = this.receiving = body
      this.receiver = exchange
    } else this.deadline.requestOver()
    if (++this.requests === host.limits.requestsPerConnection) exchange.persistent = false
    if (!exchange.persistent) this.last = true
    if (this.queue.admits(exchange)) this.dispatch(exchange)
    else this.waiting = exchange
  }

  private dispatch(exchange: H1Exchange): void {
    this.queue.push(exchange)
    try {
      const result = this.host.handler(exchange)
      if (isPromise(result)) result.then(undefined, (error: unknown) => exchange.fail(error))
    } catch (error) {
      exchange.fail(error)
    }
  }

  /** Takes finished exchanges from the front of the queue, and closes behind the last one of the connection. */
  private shiftDone(): void {
    const { queue } = this
    for (let exchange = queue.front; exchange !== undefined && exchange.done; exchange = queue.front) {
      if (exchange.state === 'aborted') return this.cut(exchange)
      queue.shift()
      exchange.tellEnd()
      if (!exchange.persistent) return this.finish()
      queue.front?.toFront()
    }
    this.closeIfLast()
  }

  // —— bodies ——

  private receiveBody(body: RequestBody, chunk: Buffer): boolean {
    if (body.full) return false
    try {
      this.intake.advance(body.receive(chunk, this.intake.position))
    } catch (error) {
      this.failBody(error instanceof Error ? error : new ClientGone({}, { cause: error }))
      return false
    }
    if (body.complete) {
      this.forgetBody()
      this.closeIfLast()
    } else if (body.droppedSize > this.host.limits.maxDiscardSize) {
      this.forgetBody()
      this.last = true
      this.closeIfLast()
    }
    return true
  }

  /** The answer is complete, the body is not: is it worth reading on? */
  private abandonBody(exchange: H1Exchange): void {
    const body = this.receiving!
    if (exchange.persistent && body.reading) return
    if (exchange.persistent && this.outlasts(exchange)) return body.drop()
    exchange.persistent = false
    this.forgetBody()
  }

  /** The rest of the request that is arriving is not waited for any longer. */
  private failRequest(error: Error): void {
    if (this.receiving !== undefined) return this.failBody(error)
    this.refuse(error)
    this.settle()
  }

  /** The rest of the body will not come, or cannot be told from what follows. */
  private failBody(error: Error): void {
    const body = this.receiving!
    this.receiver!.persistent = false
    this.last = true
    this.intake.clear()
    this.forgetBody()
    body.fail(error)
    this.closeIfLast()
    this.settle()
  }

  /** The client has ended its stream: what is incomplete will stay so. */
  private endInput(): void {
    if (this.intake.chunk !== undefined) return
    const { receiver } = this
    if (receiver !== undefined) {
      // those before it are whole, and get their answers
      this.last = true
      if (this.waiting === receiver) this.waiting = undefined
      receiver.abort(new ClientGone({}))
      this.forgetBody()
    } else {
      const error = this.intake.finish()
      if (error !== undefined) this.refuse(error)
    }
    this.closeIfLast()
  }

  private forgetBody(): void {
    this.receiving = this.receiver = undefined
    this.deadline.requestOver()
  }

  // —— the end ——

  /** True if there will be no more requests than those that were read. */
  private get exhausted(): boolean {
    return this.last || (this.inputEnded && this.intake.chunk === undefined)
  }

  /** Closes if all was answered and nothing more may come. */
  private closeIfLast(): void {
    if (this.inFlight > 0 || this.receiving !== undefined) return
    if (this.exhausted || (this.host.closesIdle && this.intake.empty)) this.finish()
  }

  /** Throws away what comes behind the last request. */
  private discard(): boolean {
    const { intake } = this
    this.lingered += intake.chunk!.length - intake.position
    if (this.lingered > this.host.limits.maxLingerSize) return false
    intake.clear()
    return true
  }

  /** Closes in order: the rest of the output, end of stream, and a while for the client to take it in. */
  private finish(): void {
    if (this.phase !== Phase.Open) return
    this.giveUpAll(new ConnectionEnded({}))
    this.output.flush()
    this.deadline.set(Awaited.Closing, Infinity)
    this.socket.end(() => this.deadline.set(Awaited.Closing, this.host.limits.lingerTimeout))
    this.socket.resume()
  }

  /** Closes behind an answer that broke off, so that the client can tell. */
  private cut(exchange: H1Exchange): void {
    this.giveUpAll(new ConnectionEnded({}))
    this.output.flush()
    this.deadline.set(Awaited.Closing, this.host.limits.lingerTimeout)
    // where the end of stream would look like the end of the body, only a reset tells
    if (exchange.endsByClose) resetSocket(this.socket)
    else this.socket.end(() => this.socket.destroy())
  }

  private giveUpAll(reason: Error): void {
    if (this.phase === Phase.Open) this.phase = Phase.Closing
    this.intake.clear()
    this.waiting?.giveUp(reason)
    this.waiting = undefined
    this.receiving?.fail(reason)
    this.forgetBody()
    this.queue.giveUp(reason)
  }

  // —— waiting ——

  /** Decides, whenever something has happened, whether to read on and what to wait for. */
  private settle(): void {
    if (this.phase !== Phase.Open) return
    const { receiving } = this
    const stuck = this.intake.chunk !== undefined || (receiving !== undefined && receiving.full)
    if (stuck !== this.paused) {
      this.paused = stuck
      if (stuck) this.socket.pause()
      else this.socket.resume()
    }
    const { limits } = this.host
    const busy = this.queue.size > 0
    // while we do not read, or have not said that the client may send, nothing can be late
    const excused = stuck || this.receiver?.awaitsContinue === true
    if (this.waiting !== undefined || (excused && busy)) this.deadline.set(Awaited.Nothing, Infinity)
    else if (receiving !== undefined) this.deadline.set(Awaited.Body, limits.bodyTimeout)
    else if (this.intake.midHead) {
      // from the first byte on: single bytes do not buy time
      if (this.deadline.awaited !== Awaited.Head) this.deadline.set(Awaited.Head, limits.headersTimeout)
    } else if (busy) this.deadline.set(Awaited.Nothing, Infinity)
    else if (this.requests > 0) this.deadline.set(Awaited.Request, limits.keepAliveTimeout)
  }
}

function runScheduled(connection: H1Connection): void {
  connection.runScheduled()
}
