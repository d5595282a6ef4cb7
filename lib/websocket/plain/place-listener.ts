import { isPromise, type MaybePromise } from '../../common/index.js'
import type { WebSocketConnection } from '../../server/index.js'
import type { AdapterHost, Gateway, Refused } from '../adapter.js'
import { describeException, UNKNOWN_ERROR } from '../error-frame.js'
import type { PlaceObserver } from '../observer.js'
import type { Acknowledge, AnswerStream } from '../ws-context.js'
import type { Authentication } from './authentication.js'
import { ClientListener } from './client-listener.js'
import { answerFrame, endFrame, errorFrame, parseFrame, type ClientFrame } from './frames.js'
import type { Recovery } from './recovery/recovery.js'
import type { RecoverableSession } from './recovery/session.js'
import type { Server } from './server.js'
import type { Socket } from './socket.js'
import { ClientStreams } from './streams/client-streams.js'
import type { IncomingStream } from './streams/incoming-stream.js'

/** The gateways that share a path. */
export interface Place {
  readonly server: Server
  readonly gateways: Gateway[]
  /** Hears of what goes on; undefined where nobody wants to know. */
  observer: PlaceObserver | undefined
  /** What clients have to show; undefined for what guards ask for. */
  readonly authentication: Authentication | undefined
  /** Undefined without recovery. */
  readonly recovery: Recovery | undefined
}

/** By which a client asks to be recovered, and tells what it has got. */
const SESSION = 'session'
const OFFSET = 'offset'

/** Leads what comes from one client to the gateways of its path. */
export class PlaceListener extends ClientListener {
  private session: RecoverableSession | undefined = undefined
  private streams: ClientStreams | undefined = undefined

  constructor(
    private readonly place: Place,
    private readonly socket: Socket,
    maxPending: number,
    host: AdapterHost,
    /** The secret of its session, where it asks for recovery. */
    private readonly asked: string | undefined,
  ) {
    super(socket, place.authentication, maxPending, place.server.path, host)
  }

  /** What a client asks for; nobody is told of the secret. */
  static askedBy({ recovery }: Place, { handshake }: Socket): string | undefined {
    if (recovery === undefined) return undefined
    const asked = handshake.parameter(SESSION)
    handshake.hide(SESSION)
    return asked
  }

  /** The client has got what was sent so far. */
  onPong(_: WebSocketConnection, payload: Uint8Array): void {
    if (this.session !== undefined && payload.length > 0)
      this.session.acknowledge(Number(Buffer.from(payload).toString('latin1')))
  }

  protected connect(refused: Refused): MaybePromise<boolean> {
    return this.place.gateways.reduce<MaybePromise<boolean>>(
      (before, gateway) => and(before, () => gateway.connect(this.socket, refused)),
      true,
    )
  }

  protected entered(): void {
    const { place, socket, asked } = this
    if (place.recovery === undefined || asked === undefined) return place.server.add(socket)
    const offset = socket.handshake.parameter(OFFSET)
    this.session = place.recovery.enter(socket, asked, offset, (client) => (client as Socket).supersede())
  }

  protected receive(connection: WebSocketConnection, content: string | Buffer): void {
    this.observer?.received(content)
    const frame = parseFrame(content)
    if (frame === undefined) {
      this.observer?.malformed()
      this.socket.emit('exception', MALFORMED)
      return
    }
    const { event, data, id } = frame
    // what is cancelled may still be on its way to an answer
    const streams = this.streams ?? (event === 'cancel' ? this.streamsOf(connection) : undefined)
    if (id !== undefined && streams?.hear(event, id, data, content.length) === true) return
    const acknowledge = id === undefined ? undefined : this.acknowledgement(connection, id)
    let isHandled = false
    for (const gateway of this.place.gateways) {
      if (!gateway.events.has(event)) continue
      isHandled = true
      if (id !== undefined && gateway.streamed?.has(event) === true) {
        this.receiveStream(connection, gateway, frame, acknowledge!)
        continue
      }
      const working = gateway.message(this.socket, event, data, acknowledge)
      if (isPromise(working)) this.wait(connection, working)
    }
    if (isHandled) return
    // what was on its way when the method had read enough
    if (streams !== undefined && id !== undefined && (event === 'next' || event === 'end')) return
    // clients ask whether the server is there still
    if (event === 'ping' && acknowledge !== undefined) return acknowledge()
    this.observer?.unknown()
    acknowledge?.reject?.({ status: 'error', message: `Nobody answers ${JSON.stringify(event)}` })
  }

  /** A message that values follow: they may come before the method asks for them, and it may wait for them for long. */
  private receiveStream(
    connection: WebSocketConnection,
    gateway: Gateway,
    { event, data, id }: ClientFrame,
    acknowledge: Acknowledge,
  ): void {
    let incoming: IncomingStream
    try {
      incoming = this.streamsOf(connection).take(id!)
    } catch (error) {
      acknowledge.reject?.(describeException(error) ?? UNKNOWN_ERROR)
      return
    }
    const done = (): void => this.streams!.taken(id!, incoming)
    const working = gateway.message(this.socket, event, data, Object.assign(acknowledge, { incoming }))
    // not counted among what is worked on: the connection has to be read for it to go on
    if (isPromise(working)) void working.then(done, done)
    else done()
  }

  private streamsOf(connection: WebSocketConnection): ClientStreams {
    return (this.streams ??= new ClientStreams({
      hold: () => this.hold(connection),
      release: () => this.release(connection),
    }))
  }

  private acknowledgement(connection: WebSocketConnection, id: string | number): Acknowledge {
    const { socket } = this
    let isAnswered = false
    const once = (frame: () => string): void => {
      if (isAnswered) return
      isAnswered = true
      socket.send(frame())
    }
    const acknowledge: Acknowledge = (data?: unknown): void => once(() => answerFrame(id, data))
    return Object.assign(acknowledge, {
      id,
      reject: (error: unknown) => once(() => errorFrame(id, error)),
      stream: (stop: () => void): AnswerStream => {
        const streams = this.streamsOf(connection)
        streams.give(id, stop)
        const isCounted = acknowledge.incoming === undefined
        if (isCounted) this.lasts(connection)
        return {
          next: (value) => void (isAnswered || socket.send(answerFrame(id, value))),
          end: () => once(() => endFrame(id)),
          close: () => {
            streams.given(id)
            if (isCounted) this.resumed(connection)
          },
        }
      },
    })
  }

  protected gone(code: number, reason: string): void {
    const { place, socket, session } = this
    this.streams?.close()
    if (session !== undefined) place.recovery!.gone(session, code)
    place.server.remove(socket)
    const why = reason === '' ? String(code) : reason
    for (const gateway of place.gateways) void gateway.disconnect(socket, why)
  }
}

/** Goes on if what was before says so. */
function and(before: MaybePromise<boolean>, next: () => MaybePromise<boolean>): MaybePromise<boolean> {
  if (isPromise<boolean>(before)) return before.then((value) => value && next())
  return before && next()
}

const MALFORMED = {
  status: 'error',
  message: 'A message has to be JSON of the form {"event": "…", "data": …}.',
} as const
