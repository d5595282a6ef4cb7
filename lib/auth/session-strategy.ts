import type { MaybePromise } from '../common/index.js'
import { isPromise } from '../common/index.js'
import type { Principal } from '../core/index.js'
import type { SecurityNote } from '../pipeline/index.js'
import type { KnownUser } from './basic-strategy.js'
import type { CredentialSource } from './credentials.js'
import { AuthStrategy } from './strategy.js'

/** A session, as far as authentication knows it: `HttpSession` of corbel/sessions is one. */
export interface LoggedInSession {
  /** Who has logged in; undefined for nobody. */
  readonly subject: string | undefined
  /** When he did, in milliseconds since 1970. */
  readonly createdAt?: number
}

/** The options of `SessionStrategy`. */
export interface SessionStrategyOptions<Session extends LoggedInSession> {
  /** Default `session`. */
  readonly name?: string
  /** The name of the cookie, for documents. Default `session`. */
  readonly cookie?: string
  /**
   * The session of a call: `({ context }) => sessions.of(context)`.
   *
   * @returns undefined if there is none
   */
  read(source: CredentialSource): MaybePromise<Session | undefined>
  /**
   * Who its subject is, beside his id: roles, and the factors that the application has noted in the session.
   *
   * @returns undefined if the account is gone
   */
  readonly principal?: (session: Session) => MaybePromise<KnownUser | undefined>
}

/** Whoever has logged in to the session of the browser. Browsers send cookies with forged requests, too: `createApp` refuses those where this stands. */
export class SessionStrategy<Session extends LoggedInSession = LoggedInSession> extends AuthStrategy {
  readonly name: string
  // 401 needs a challenge (RFC 9110 §15.5.2), and there is no registered scheme for cookies
  protected readonly scheme = 'Session'

  /** @param options see `SessionStrategyOptions` */
  constructor(private readonly options: SessionStrategyOptions<Session>) {
    super()
    this.name = options.name ?? 'session'
  }

  authenticate(source: CredentialSource): MaybePromise<Principal | undefined> {
    const session = this.options.read(source)
    return isPromise(session) ? session.then((one) => this.principalOf(one)) : this.principalOf(session)
  }

  describe(): SecurityNote['scheme'] {
    return { type: 'apiKey', in: 'cookie', name: this.options.cookie ?? 'session' }
  }

  private principalOf(session: Session | undefined): MaybePromise<Principal | undefined> {
    if (session?.subject === undefined) return undefined
    const { principal } = this.options
    const known = principal === undefined ? { id: session.subject } : principal(session)
    return isPromise(known) ? known.then((one) => this.complete(session, one)) : this.complete(session, known)
  }

  /** A session whose account is gone is nobody's: there is nothing wrong with what the browser sends. */
  private complete({ createdAt }: Session, known: KnownUser | undefined): Principal | undefined {
    if (known === undefined) return undefined
    return {
      strategy: this.name,
      claims: {},
      ...(createdAt !== undefined && { authenticatedAt: createdAt }),
      ...known,
    }
  }
}
