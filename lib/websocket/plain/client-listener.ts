import { CorbelError, isPromise, type MaybePromise } from '../../common/index.js'
import { HttpException } from '../../pipeline/index.js'
import { CloseCode, type WebSocketConnection, type WebSocketListener } from '../../server/index.js'
import type { AdapterHost, Refused } from '../adapter.js'
import type { ClientObserver, PlaceObserver } from '../observer.js'
import { ClientUnrecognised, UNAUTHENTICATED, type Authentication } from './authentication.js'
import type { ClientOwner, ConnectedClient } from './connected-client.js'
import { answerFrame, parseFrame } from './frames.js'

/** How far a client has come. */
enum Phase {
  /** Its first message has to show a token. */
  Unknown,
  /** Guards look at it. */
  Asking,
  Admitted,
  Refused,
}

/**
 * Leads what comes from one client to whom it is for: first its token, where it comes by a message; then, when guards have let it
 * in, its messages.
 */
export abstract class ClientListener implements WebSocketListener, ClientOwner {
  private phase = Phase.Asking
  private pending = 0
  private holds = 0
  private hasEntered = false
  private hasLeft = false
  private early: (string | Buffer)[] | undefined
  private authId: string | number | undefined
  private timer: NodeJS.Timeout | undefined
  private stopExpiry: (() => void) | undefined
  /** Hears of the client, where somebody wants to know. */
  protected observer: ClientObserver | undefined
  private placeObserver: PlaceObserver | undefined

  /**
   * @param client that has connected
   * @param authentication what it has to show; undefined for what guards ask for
   * @param maxPending messages that are worked on at a time
   * @param path of the endpoint, for people
   * @param host told of errors
   */
  constructor(
    protected readonly client: ConnectedClient,
    private readonly authentication: Authentication | undefined,
    private readonly maxPending: number,
    protected readonly path: string,
    protected readonly host: AdapterHost,
  ) {}

  /** Asks guards and hooks; tells what they have thrown. */
  protected abstract connect(refused: Refused): MaybePromise<boolean>
  /** The client is in. */
  protected abstract entered(): void
  /** All hooks are done; messages follow. */
  protected admitted(_connection: WebSocketConnection): void {
    // there is nothing to be done for most
  }
  /** A message of a client that is in. */
  protected abstract receive(connection: WebSocketConnection, content: string | Buffer): void
  /** The client is gone; it has been in. */
  protected abstract gone(code: number, reason: string): void

  /**
   * Has the client observed.
   *
   * @param client hears of it; undefined where nobody wants to know
   * @param place hears if it is not let in
   */
  observe(client: ClientObserver | undefined, place: PlaceObserver | undefined): void {
    this.observer = this.client.observer = client
    this.placeObserver = place
  }

  /**
   * @param connection of the client
   * @param hasToken whether the handshake has shown one
   */
  begin(connection: WebSocketConnection, hasToken: boolean): void {
    const { authentication } = this
    if (authentication === undefined || hasToken || !authentication.awaitsMessage) return this.ask(connection)
    this.phase = Phase.Unknown
    this.timer = setTimeout(() => {
      if (authentication.isOptional) this.ask(connection)
      else this.refuse(connection, UNAUTHENTICATED, 'no token in time')
    }, authentication.timeout)
    this.timer.unref()
  }

  onMessage(connection: WebSocketConnection, content: string | Buffer): void {
    if (this.phase === Phase.Admitted) this.receive(connection, content)
    else this.before(connection, content)
  }

  onClose(connection: WebSocketConnection, code: number, reason: string): void {
    this.observer?.closed(code, connection.cutOff)
    this.leave(code, reason)
  }

  onError(_: WebSocketConnection, error: unknown): void {
    this.host.report(error, this.path)
  }

  enter(): void {
    if (this.hasEntered || this.hasLeft) return
    const { authentication, client } = this
    if (authentication?.isOptional === false && client.user === undefined)
      throw new ClientUnrecognised({ path: this.path })
    this.hasEntered = true
    this.stopExpiry = authentication?.whenExpired(client.user, () =>
      client.close(UNAUTHENTICATED, 'the token has expired'),
    )
    this.entered()
    if (this.authId !== undefined) client.send(answerFrame(this.authId, null))
  }

  leave(code: number, reason: string): void {
    if (this.hasLeft) return
    this.hasLeft = true
    this.phase = Phase.Refused
    this.early = undefined
    clearTimeout(this.timer)
    this.stopExpiry?.()
    this.client.tellGone()
    this.gone(code, reason)
  }

  /** Counts what is worked on: a client that asks faster than it can be answered is read no more. */
  protected wait(connection: WebSocketConnection, working: MaybePromise<unknown>): void {
    if (++this.pending === this.maxPending) {
      this.observer?.throttled()
      this.hold(connection)
    }
    const done = (): void => {
      if (this.pending-- === this.maxPending) this.release(connection)
    }
    void Promise.resolve(working).then(done, done)
  }

  /** Something that is worked on lasts: it does not count until `resumed`. */
  protected lasts(connection: WebSocketConnection): void {
    if (this.pending-- === this.maxPending) this.release(connection)
  }

  /** It is about to end: it counts again. */
  protected resumed(connection: WebSocketConnection): void {
    if (++this.pending === this.maxPending) this.hold(connection)
  }

  /** Reads no more, until all who have said so have released it. */
  protected hold(connection: WebSocketConnection): void {
    if (this.holds++ === 0) connection.pause()
  }

  protected release(connection: WebSocketConnection): void {
    if (--this.holds === 0) connection.resume()
  }

  /** Asks guards and hooks; messages wait until all of them have let the client in. */
  private ask(connection: WebSocketConnection): void {
    clearTimeout(this.timer)
    this.phase = Phase.Asking
    let code: number = CloseCode.PolicyViolation
    const admitted = this.connect((error) => {
      if (this.authentication !== undefined && statusOf(error) === 401) code = UNAUTHENTICATED
    })
    const settle = (isAdmitted: boolean): void => {
      if (isAdmitted) this.admit(connection)
      else this.refuse(connection, code, 'not admitted')
    }
    if (!isPromise<boolean>(admitted)) return settle(admitted)
    this.hold(connection)
    void admitted.then((isAdmitted) => {
      settle(isAdmitted)
      this.release(connection)
    })
  }

  private admit(connection: WebSocketConnection): void {
    if (this.phase !== Phase.Asking) return
    // where no guard was asked
    this.enter()
    this.phase = Phase.Admitted
    this.admitted(connection)
    const { early } = this
    this.early = undefined
    for (const content of early ?? []) this.receive(connection, content)
  }

  private refuse(connection: WebSocketConnection, code: number, reason: string): void {
    this.placeObserver?.refused(code === UNAUTHENTICATED ? 'unauthenticated' : 'not-admitted')
    clearTimeout(this.timer)
    this.phase = Phase.Refused
    this.early = undefined
    connection.close(code, reason)
  }

  private before(connection: WebSocketConnection, content: string | Buffer): void {
    if (this.phase === Phase.Refused) return
    if (this.phase === Phase.Unknown && this.identify(connection, content)) return
    // `identify` may have let it in at once
    if ((this.phase as Phase) === Phase.Admitted) return this.receive(connection, content)
    // no more than one or two, as nothing is read while guards are asked
    ;(this.early ??= []).push(content)
  }

  /** @returns whether that was all that the message is for */
  private identify(connection: WebSocketConnection, content: string | Buffer): boolean {
    const frame = parseFrame(content)
    const { authentication } = this
    const token = frame === undefined ? undefined : authentication!.tokenOf(frame.event, frame.data)
    if (token !== undefined) {
      this.client.handshake.authorize(token)
      this.authId = frame!.id
      this.ask(connection)
      return true
    }
    if (authentication!.isOptional) {
      this.ask(connection)
      return false
    }
    this.refuse(connection, UNAUTHENTICATED, 'no token')
    return true
  }
}

/** Of whatever was thrown. */
function statusOf(error: unknown): unknown {
  if (error instanceof HttpException) return error.getStatus()
  return error instanceof CorbelError ? error.status : undefined
}
