import { delayBefore, isTemporary, UNAUTHENTICATED } from './backoff.js'
import { ClientError } from './errors.js'
import { exceptionOf, Exchanges, type Answer } from './exchanges.js'
import { Heartbeat } from './heartbeat.js'
import { Listeners } from './listeners.js'
import { LiveQueries, type LiveListener, type LiveSubscription } from './live.js'
import { openStream, type Line } from './stream.js'
import { Upload } from './upload.js'
import type {
  Arguments,
  Asked,
  ClientOptions,
  ClientState,
  DataOf,
  Heard,
  Lifecycle,
  RequestOptions,
  Result,
  Sent,
  Streamed,
  StreamOptions,
  WebSocketClass,
  WebSocketEvent,
  WebSocketLike,
} from './types.js'

type Timer = ReturnType<typeof setTimeout>

/** A connection that has lasted so long, in ms, starts the delays anew: one that is cut off at once is not a success. */
const STABLE_AFTER = 5000
const NORMAL = 1000
const ABNORMAL = 1006
/** The id of the message with the token, which no request has. */
const AUTH = 0
const OWN_EVENTS = new Set<string>([
  'connect',
  'disconnect',
  'reconnecting',
  'error',
] satisfies (keyof Lifecycle)[])

/** A connection to gateways that comes back when it is lost. `connect()` makes it. */
export class ClientSocket<Types = object> {
  private current: ClientState = 'connecting'
  private socket: WebSocketLike | undefined
  /** Of the attempt: what comes of an earlier one counts no more. */
  private turn = 0
  private attempts = 0
  private connectedAt = 0
  private timer: Timer | undefined
  private wasRefused = false
  /** What has to come before messages may go. */
  private awaitsAuth = false
  private awaitsSession = false
  private session: string | undefined
  private offset: string | undefined
  private recovered = false
  private readonly listeners: Listeners
  private readonly exchanges: Exchanges
  private readonly heartbeat: Heartbeat | undefined
  private readonly queries: LiveQueries
  private readonly line: Line
  private readonly wake = (): void => {
    if (this.current === 'waiting') this.attempt()
  }

  /**
   * @param url see `connect`
   * @param options see `ClientOptions`
   */
  constructor(
    private readonly url: string,
    private readonly options: ClientOptions,
  ) {
    this.listeners = new Listeners((error, event) => {
      // an error of a listener for errors has nowhere to go
      if (event !== 'error') this.fail(error)
    })
    this.exchanges = new Exchanges(options.maxQueue ?? 100)
    const sendNow = (frame: string): void => {
      if (this.connected) this.socket!.send(frame)
    }
    this.line = {
      exchanges: this.exchanges,
      push: (frame, id) => this.push(frame, id),
      sendNow,
      waiting: () => (this.connected && this.socket!.bufferedAmount) || 0,
    }
    const isConnected = (): boolean => this.connected
    this.queries = new LiveQueries({
      exchanges: this.exchanges,
      get connected() {
        return isConnected()
      },
      sendNow,
      failed: (error) => this.fail(error),
    })
    const { heartbeat = {} } = options
    if (heartbeat !== false) {
      this.heartbeat = new Heartbeat(
        heartbeat,
        () => sendNow(JSON.stringify({ id: this.exchanges.nextId(), event: 'ping' })),
        () => this.lost(ABNORMAL, 'The server is silent.'),
      )
    }
    online?.('online', this.wake)
    this.attempt()
  }

  get state(): ClientState {
    return this.current
  }

  get connected(): boolean {
    return this.current === 'connected'
  }

  /**
   * Listens to an event of the server, or to `connect`, `disconnect`, `reconnecting`, `error`.
   *
   * @returns what stops it
   */
  on<Name extends keyof Heard<Types> & string>(
    event: Name,
    listener: (data: Heard<Types>[Name]) => void,
  ): () => void {
    this.listeners.add(event, listener)
    return () => this.listeners.remove(event, listener)
  }

  /** As `on`, for one time. */
  once<Name extends keyof Heard<Types> & string>(
    event: Name,
    listener: (data: Heard<Types>[Name]) => void,
  ): () => void {
    const stop = (): void => this.listeners.remove(event, listener)
    this.listeners.add(event, listener, (data: Heard<Types>[Name]) => {
      stop()
      listener(data)
    })
    return stop
  }

  /** Stops a listener, or all of an event. */
  off<Name extends keyof Heard<Types> & string>(
    event: Name,
    listener?: (data: Heard<Types>[Name]) => void,
  ): void {
    this.listeners.remove(event, listener)
  }

  /**
   * Sends an event, or keeps it until there is a connection.
   *
   * @returns false if it is lost: too many wait already, or the socket is closed
   */
  emit<Name extends keyof Sent<Types> & string>(event: Name, ...[data]: DataOf<Sent<Types>[Name]>): boolean {
    return this.push(JSON.stringify({ event, data }))
  }

  /**
   * Sends an event, and waits for its answer.
   *
   * @param event its name
   * @param rest data, and `RequestOptions`
   * @throws {ClientError} `exception`, `timeout`, `disconnected`, `closed`, `queue-full`
   */
  request<Name extends keyof Asked<Types> & string>(
    event: Name,
    ...[data, options]: Arguments<Asked<Types>[Name], RequestOptions>
  ): Promise<Result<Asked<Types>[Name]>> {
    const { exchanges, line } = this
    const { timeout = 10_000, idempotent = false, input }: RequestOptions = options ?? {}
    const id = exchanges.nextId()
    const frame = JSON.stringify({ id, event, data })
    return new Promise((resolve, reject) => {
      const upload = input && new Upload(line, id, input)
      let timer: Timer | undefined
      const end = (): void => {
        clearTimeout(timer)
        upload?.stop()
        exchanges.forget(id)
      }
      const fail = (error: Error): void => {
        end()
        // the method still reads what follows
        if (upload !== undefined) line.sendNow(JSON.stringify({ id, event: 'cancel' }))
        reject(error)
      }
      const expire = (): void => fail(new ClientError('timeout', `No answer to "${event}" in ${timeout} ms.`))
      const wait = (): void => {
        if (timeout > 0) timer = setTimeout(expire, timeout)
      }
      const sent = (): void => {
        if (upload === undefined) return
        clearTimeout(timer)
        upload.run().then((isAll) => isAll && wait(), fail)
      }
      wait()
      const answer = ({ event: name, data: found }: Answer): void => {
        end()
        if (name === 'exception') reject(exceptionOf(found))
        else resolve(found as Result<Asked<Types>[Name]>)
      }
      exchanges.await(id, { frame, idempotent: idempotent && upload === undefined, answer, fail, sent })
      if (!this.push(frame, id)) fail(this.refusal())
    })
  }

  /**
   * Sends an event, and gives the values that come in answer. Whoever stops reading ends it on the server as well.
   *
   * @param event its name
   * @param rest data, and `StreamOptions`
   * @throws {ClientError} while it is read: as `request`, and `overflow`
   */
  stream<Name extends keyof Streamed<Types> & string>(
    event: Name,
    ...[data, options]: Arguments<Streamed<Types>[Name], StreamOptions>
  ): AsyncGenerator<Result<Streamed<Types>[Name]>, void> {
    return openStream(this.line, event, data, options ?? {}) as AsyncGenerator<
      Result<Streamed<Types>[Name]>,
      void
    >
  }

  /**
   * Listens to the result of a live query: as it is, and after each change. It goes on after a lost connection; what has not
   * changed meanwhile is not sent again.
   *
   * @param url of the route, with its query
   * @param listener hears of results, or of them and of the end
   */
  live<Found = unknown>(
    url: string,
    listener: ((result: Found) => void) | LiveListener<Found>,
  ): LiveSubscription {
    return this.queries.open(url, typeof listener === 'function' ? { next: listener } : listener)
  }

  /**
   * Closes for good. What waits to be sent is not sent; requests fail.
   *
   * @param code 1000 or 3000–4999
   * @param reason at most 123 bytes
   */
  close(code = NORMAL, reason = ''): void {
    if (this.current === 'closed') return
    const socket = this.release()
    socket?.close(code, reason)
    this.end(code, reason)
  }

  private push(frame: string, id?: number): boolean {
    if (this.current === 'closed') return false
    if (!this.connected) return this.exchanges.enqueue(frame, id)
    this.socket!.send(frame)
    this.exchanges.sent(id)
    return true
  }

  private refusal(): ClientError {
    return this.current === 'closed'
      ? new ClientError('closed', 'The socket is closed.')
      : new ClientError('queue-full', 'Too many messages wait to be sent.')
  }

  private attempt(): void {
    clearTimeout(this.timer)
    this.current = 'connecting'
    const turn = ++this.turn
    const { token } = this.options
    Promise.resolve(token)
      .then((given) => (typeof given === 'function' ? given() : given))
      .then(
        (given) => {
          if (turn === this.turn) this.dial(given)
        },
        (error: unknown) => {
          if (turn !== this.turn) return
          this.fail(error)
          this.lost(ABNORMAL, 'There is no token.')
        },
      )
  }

  private dial(token: string | undefined): void {
    const { options } = this
    const { tokenIn = 'message', connectTimeout = 10_000, protocols } = options
    const inMessage = token !== undefined && tokenIn === 'message'
    let socket: WebSocketLike
    try {
      socket = new (classOf(options))(
        this.address(inMessage ? undefined : token),
        protocols && [...protocols],
      )
    } catch (error) {
      // a wrong URL, or no class: that will not get better
      this.release()
      this.fail(error)
      return this.end(ABNORMAL, 'It cannot be connected to.')
    }
    this.socket = socket
    this.awaitsAuth = inMessage
    this.awaitsSession = this.session !== undefined
    this.recovered = false
    this.timer = setTimeout(() => {
      // this server may keep none
      if (isOpen && !this.awaitsAuth) this.session = undefined
      this.lost(ABNORMAL, 'It took too long to connect.')
    }, connectTimeout)
    // what comes of a connection that was let go of counts no more
    const listen = (event: WebSocketEvent, hear: (event: SocketEvent) => void): void =>
      socket.addEventListener(event, (told) => {
        if (this.socket === socket) hear(told)
      })
    let isOpen = false
    listen('open', () => {
      isOpen = true
      if (inMessage) socket.send(JSON.stringify({ id: AUTH, event: 'auth', data: { token } }))
      this.admit()
    })
    listen('message', ({ data }) => this.hear(data))
    listen('close', ({ code = ABNORMAL, reason = '' }) => this.lost(code, reason))
    // of one that could not be opened, some tell no end
    listen('error', () => {
      if (!isOpen) this.lost(ABNORMAL, '')
    })
  }

  private address(token: string | undefined): string {
    const { location } = globalThis as { location?: { readonly href: string } }
    const address = new URL(this.url, location?.href)
    address.protocol = address.protocol.replace('http', 'ws')
    const { searchParams } = address
    if (token !== undefined) searchParams.set('token', token)
    if (this.options.resume !== false) {
      searchParams.set('session', this.session ?? '')
      if (this.offset !== undefined) searchParams.set('offset', this.offset)
    }
    return address.href
  }

  private hear(text: unknown): void {
    this.heartbeat?.heard()
    const frame = parse(text)
    if (frame === undefined) return
    const { id, event, data, offset } = frame
    // an application may have an event of this name
    if (event === 'session' && typeof (data as SessionData | undefined)?.recovered === 'boolean')
      this.take(data as SessionData)
    else if (typeof id === 'number') {
      if (id === AUTH) this.awaitsAuth = this.wasRefused = false
      else this.exchanges.answered({ ...frame, id })
    } else {
      // a server that keeps sessions says so first
      if (event !== 'exception') this.awaitsSession = false
      if (offset !== undefined) this.offset = offset
      if (event === 'live') this.queries.changed(data)
      if (event !== undefined && !OWN_EVENTS.has(event)) this.listeners.tell(event, data)
    }
    this.admit()
  }

  /** The server keeps what is missed. */
  private take({ session, recovered }: SessionData): void {
    this.session = session
    this.recovered = recovered
    if (!recovered) this.offset = undefined
    this.awaitsSession = false
  }

  private admit(): void {
    if (this.current !== 'connecting' || this.awaitsAuth || this.awaitsSession) return
    clearTimeout(this.timer)
    this.current = 'connected'
    this.connectedAt = Date.now()
    this.heartbeat?.start()
    this.listeners.tell('connect', { recovered: this.recovered } satisfies Lifecycle['connect'])
    this.queries.connected()
    this.exchanges.flush(this.line.sendNow)
  }

  /** Lets go of the connection: nothing more is heard of it. */
  private release(): WebSocketLike | undefined {
    const { socket } = this
    this.turn++
    this.socket = undefined
    clearTimeout(this.timer)
    this.heartbeat?.stop()
    return socket
  }

  private lost(code: number, reason: string): void {
    const wasConnected = this.connected
    this.release()?.close()
    if (wasConnected && Date.now() - this.connectedAt >= STABLE_AFTER) {
      this.attempts = 0
      this.wasRefused = false
    }
    const { reconnect = {} } = this.options
    if (reconnect === false || !this.mayReturn(code) || this.attempts >= (reconnect.maxAttempts ?? Infinity))
      return this.end(code, reason)
    this.current = 'waiting'
    const delay = delayBefore(++this.attempts, reconnect)
    this.timer = setTimeout(() => this.attempt(), delay)
    this.exchanges.disconnected()
    if (wasConnected) this.listeners.tell('disconnect', { code, reason, willReconnect: true })
    else this.fail(new ClientError('unavailable', `It could not be connected to: ${reason || code}`))
    if (this.current === 'waiting')
      this.listeners.tell('reconnecting', {
        attempt: this.attempts,
        delay,
      } satisfies Lifecycle['reconnecting'])
  }

  /** A token that was not taken is not tried again; another one is, once. */
  private mayReturn(code: number): boolean {
    if (code !== UNAUTHENTICATED) return isTemporary(code)
    const mayReturn = typeof this.options.token === 'function' && !this.wasRefused
    this.wasRefused = true
    return mayReturn
  }

  private end(code: number, reason: string): void {
    this.current = 'closed'
    offline?.('online', this.wake)
    this.exchanges.closed()
    this.queries.closed()
    this.listeners.tell('disconnect', {
      code,
      reason,
      willReconnect: false,
    } satisfies Lifecycle['disconnect'])
  }

  private fail(error: unknown): void {
    this.listeners.tell('error', error instanceof Error ? error : new Error(String(error)))
  }
}

/** What is read of the events of a WebSocket. */
interface SocketEvent {
  readonly data?: unknown
  readonly code?: number
  readonly reason?: string
}

/** What a server that keeps sessions says first. */
interface SessionData {
  readonly session: string
  readonly recovered: boolean
}

interface ServerFrame {
  readonly id?: unknown
  readonly event?: string
  readonly data?: unknown
  readonly offset?: string
}

function parse(text: unknown): ServerFrame | undefined {
  try {
    const frame: unknown = JSON.parse(text as string)
    return typeof frame === 'object' && frame !== null ? frame : undefined
  } catch {
    return undefined
  }
}

function classOf({ WebSocket: given }: ClientOptions): WebSocketClass {
  const found = given ?? (globalThis as { WebSocket?: WebSocketClass }).WebSocket
  if (found === undefined)
    throw new TypeError('There is no WebSocket here. Give one: connect(url, { WebSocket }).')
  return found
}

type ListenOnline = ((event: string, listener: () => void) => void) | undefined

// browsers tell when the network is back
const { addEventListener: online, removeEventListener: offline } = globalThis as {
  addEventListener?: ListenOnline
  removeEventListener?: ListenOnline
}
