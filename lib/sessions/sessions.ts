import { isPromise, type MaybePromise } from '../common/index.js'
import { MemorySessionStore, type SessionRecord, type SessionStore } from '../core/index.js'
import { writeCookie, type HeaderList } from '../http/index.js'
import type { ArgumentsHost } from '../pipeline/index.js'
import { ASKED_AGAIN, HttpContext } from '../web/index.js'
import { cookieBackend, serverBackend, type SessionBackend } from './backend.js'
import { SessionConflict, SessionSecretMissing, SessionStoreNeeded, SessionTransport } from './errors.js'
import { isSame, mergeChanges } from './merge.js'
import { sessionSettings, type SessionModuleOptions, type SessionSettings } from './options.js'
import { SavingSink } from './saving-sink.js'
import { HttpSession } from './session.js'

/** What is known of the session of one call. */
interface Call {
  readonly context: HttpContext
  readonly backend: SessionBackend
  /** What the browser has: of no use unless it was found. */
  cookie: string
  /** What it is to have afterwards; undefined while that is the same, false for nothing. */
  send: string | false | undefined
}

/** How often changes of others are merged before it is given up. */
const ATTEMPTS = 8

/** The sessions of an application: of a call, and of a subject on all devices. */
export class Sessions {
  private readonly settings: SessionSettings
  private readonly kind: 'store' | 'cookie' | 'signed-cookie'
  private readonly server: SessionBackend
  private readonly opened = new WeakMap<object, MaybePromise<HttpSession>>()

  /**
   * @param options of the module
   * @param provided the application's store, if it has one
   * @throws {CorbelError} CORBEL_SESSION_OPTIONS_INVALID
   */
  constructor(options: SessionModuleOptions = {}, provided?: SessionStore) {
    this.settings = sessionSettings(options)
    const { store } = options
    const own = typeof store === 'object' ? store : provided
    this.kind = typeof store === 'string' ? store : 'store'
    this.server = serverBackend(own ?? new MemorySessionStore({ now: this.settings.now }))
  }

  /** The name of the cookie. */
  get cookieName(): string {
    return this.settings.name
  }

  /**
   * The session of a call, read once; a new one where there is none. What has changed is saved before the answer leaves: a
   * new one only if there is something in it.
   *
   * On a WebSocket, it is the one of the request that the connection was made by, read anew for each message, so that one that was
   * ended is found to be so. No answer leaves there: `save()` keeps changes, and nothing can give the browser another cookie.
   *
   * @param host the call
   * @throws {CorbelError} CORBEL_SESSION_TRANSPORT, CORBEL_SESSION_SECRET_MISSING
   */
  of(host: ArgumentsHost): MaybePromise<HttpSession> {
    const transport = host.getType()
    if (transport === 'ws') return this.open(connectionOf(host), false)
    if (transport !== 'http') throw new SessionTransport({ transport })
    const context = host.switchToHttp() as HttpContext
    const known = this.opened.get(context.request)
    if (known !== undefined) return known
    const session = this.open(context, true)
    this.opened.set(context.request, session)
    return session
  }

  /** Whether the call has a cookie of a session, good or not: nothing is read for that. */
  isClaimed(host: ArgumentsHost): boolean {
    return host.getType() === 'http' && this.cookieOf(host.switchToHttp() as HttpContext) !== undefined
  }

  /**
   * @param subject an account
   * @returns its sessions, the oldest first; `id` is that of `session.id`
   * @throws {CorbelError} CORBEL_SESSION_STORE_NEEDED
   */
  list(subject: string): Promise<readonly SessionRecord[]> {
    return this.storeFor('Sessions.list()').list(subject)
  }

  /** Ends a session by its id, as it is in lists. */
  destroy(id: string): Promise<boolean> {
    return this.storeFor('Sessions.destroy()').destroy(id)
  }

  /**
   * Ends the sessions of a subject on all devices: after a change of the password, say.
   *
   * @param subject an account
   * @param except the id of a session that goes on
   * @returns how many were ended
   */
  destroyAll(subject: string, except?: string): Promise<number> {
    return this.storeFor('Sessions.destroyAll()').destroyAll(subject, except)
  }

  private storeFor(call: string): SessionStore {
    if (this.kind !== 'store') throw new SessionStoreNeeded({ call })
    return this.server.store!
  }

  private cookieOf({ request }: HttpContext): string | undefined {
    const cookies = request.cookies as Record<string, string | undefined> | undefined
    return cookies === undefined || !Object.hasOwn(cookies, this.settings.name)
      ? undefined
      : cookies[this.settings.name]
  }

  private open(context: HttpContext, saves: boolean): MaybePromise<HttpSession> {
    const backend = this.backendFor(context)
    const cookie = this.cookieOf(context)
    const found = cookie === undefined ? undefined : backend.read(cookie)
    const begin = (record: SessionRecord | undefined): HttpSession => {
      const good = record !== undefined && this.isOver(record) ? undefined : record
      const call: Call = { context, backend, cookie: cookie ?? '', send: undefined }
      // a cookie that stands for nothing is taken away
      if (cookie !== undefined && good === undefined) call.send = false
      return this.attach(call, good, saves)
    }
    return isPromise<SessionRecord | undefined>(found) ? found.then(begin) : begin(found)
  }

  private backendFor({ cookieRules: { seals } }: HttpContext): SessionBackend {
    if (this.kind === 'store') return this.server
    if (seals === undefined) throw new SessionSecretMissing({})
    return cookieBackend(seals, this.settings.name, this.kind === 'cookie', this.settings.now)
  }

  private isOver({ createdAt, expiresAt }: SessionRecord): boolean {
    const now = this.settings.now()
    return expiresAt <= now || createdAt + this.settings.absoluteTimeout <= now
  }

  private attach(call: Call, record: SessionRecord | undefined, saves: boolean): HttpSession {
    const { context, backend } = call
    const session: HttpSession = new HttpSession(
      {
        now: this.settings.now,
        save: async () => this.save(call, session),
        remove: async () => {
          const { stored } = HttpSession.status(session)
          call.send = false
          if (stored !== undefined) await backend.destroy(stored.id)
        },
      },
      record,
    )
    context.request['session'] = session
    if (!saves) return session
    context.response.through(
      (sink) =>
        new SavingSink(sink, {
          save: (headers) => {
            const saving = this.save(call, session)
            return isPromise(saving)
              ? saving.then(() => this.withCookie(call, session, headers))
              : this.withCookie(call, session, headers)
          },
          fail: (error) => context.answerError(error),
        }),
    )
    return session
  }

  private save(call: Call, session: HttpSession): MaybePromise<void> {
    const { stored, rotates, destroyed, subject } = HttpSession.status(session)
    if (destroyed) return undefined
    const values = HttpSession.values(session)
    const isEmpty = Object.keys(values).length === 0 && subject === undefined
    if (stored === undefined && isEmpty) return undefined
    if (stored === undefined || rotates) return this.create(call, session, values)
    if (isSame(stored.values, values)) return this.touch(call, session, stored)
    return this.update(call, session, stored, values)
  }

  private create(call: Call, session: HttpSession, values: SessionRecord['values']): MaybePromise<void> {
    const { stored, subject, createdAt } = HttpSession.status(session)
    const { backend } = call
    const { cookie, id } = backend.create()
    const record = { id, subject, values, createdAt, expiresAt: this.endOf(createdAt), version: 1 }
    const settle = (written: string | false): MaybePromise<void> => {
      if (written === false) throw new SessionConflict({})
      call.cookie = call.send = written
      HttpSession.settle(session, record)
      // the old id goes last: there is always one that is good
      const gone = stored === undefined ? undefined : backend.destroy(stored.id)
      return isPromise(gone) ? gone.then(() => undefined) : undefined
    }
    return after(backend.write(record, cookie), settle)
  }

  private update(
    call: Call,
    session: HttpSession,
    stored: SessionRecord,
    values: SessionRecord['values'],
    attempt = 1,
  ): MaybePromise<void> {
    const { backend, cookie } = call
    const { id, subject, createdAt, version } = stored
    const expiresAt = isUse(call) ? this.endOf(createdAt) : stored.expiresAt
    const record = { id, subject, values, createdAt, expiresAt, version: version + 1 }
    return after(backend.write(record, cookie), async (written) => {
      if (written !== false) return this.keep(call, session, record, written)
      // somebody else was first: his members stay, and ours come on top, unless he has ended the session
      if (attempt === ATTEMPTS) throw new SessionConflict({})
      const theirs = await backend.read(cookie)
      if (theirs === undefined) return this.lose(call, session)
      return this.update(
        call,
        session,
        theirs,
        mergeChanges(stored.values, values, theirs.values),
        attempt + 1,
      )
    })
  }

  private touch(call: Call, session: HttpSession, stored: SessionRecord): MaybePromise<void> {
    const { rolling, idleTimeout } = this.settings
    const expiresAt = this.endOf(stored.createdAt)
    // a store is not written for seconds
    if (!rolling || !isUse(call) || expiresAt - stored.expiresAt < idleTimeout / 20) return undefined
    return after(call.backend.touch(stored, expiresAt, call.cookie), (written) => {
      if (written === false) return this.lose(call, session)
      this.keep(call, session, { ...stored, expiresAt }, written)
    })
  }

  /** A browser that forgets the cookie by itself has to be told of a new time, too. */
  private keep(call: Call, session: HttpSession, record: SessionRecord, written: string): void {
    if (written !== call.cookie || this.settings.persistent) call.cookie = call.send = written
    HttpSession.settle(session, record)
  }

  private lose(call: Call, session: HttpSession): void {
    call.send = false
    HttpSession.settle(session, undefined)
  }

  private endOf(createdAt: number): number {
    const { now, idleTimeout, absoluteTimeout } = this.settings
    return Math.min(now() + idleTimeout, createdAt + absoluteTimeout)
  }

  private withCookie({ send }: Call, session: HttpSession, headers: HeaderList): HeaderList {
    if (send === undefined) return headers
    const { name, cookie, persistent, now } = this.settings
    const { stored } = HttpSession.status(session)
    const maxAge = persistent && stored !== undefined ? { maxAge: stored.expiresAt - now() } : {}
    const written =
      send === false
        ? writeCookie(name, '', { ...cookie, expires: new Date(1) })
        : writeCookie(name, send, { ...cookie, ...maxAge })
    const complete = headers.clone().append('set-cookie', written)
    // a cache that keeps the answer would hand the cookie to others
    return complete.has('cache-control') ? complete : complete.set('cache-control', 'no-store')
  }
}

/** Goes on at once where nothing has to be waited for. */
function after<T>(value: MaybePromise<T>, next: (value: T) => MaybePromise<void>): MaybePromise<void> {
  return isPromise<T>(value) ? value.then(next) : next(value)
}

/** The request by which the client of a message has connected. */
function connectionOf(host: ArgumentsHost): HttpContext {
  const { handshake } = host.switchToWs().getClient<{ readonly handshake?: { readonly context?: unknown } }>()
  const context = handshake?.context
  if (context instanceof HttpContext) return context
  throw new SessionTransport({ transport: host.getType() })
}

/** Whether somebody has asked: what the application asks again for those who wait keeps no session alive. */
function isUse({ context }: Call): boolean {
  return context.exchange.feature(ASKED_AGAIN) !== true
}
