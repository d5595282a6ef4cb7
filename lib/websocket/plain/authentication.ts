import { defineError } from '../../common/index.js'
import type { ClientHandshake } from './client-handshake.js'

/** Where a token may stand: `Authorization: Bearer`, the query, a cookie, or the first message. */
export type TokenPlace = 'header' | 'query' | 'cookie' | 'message'

/** How clients of a gateway show who they are. */
export interface ConnectionAuth {
  /**
   * Where a token may stand; the first place that has one counts. Default `['header', 'message']`: what stands in a URL comes into
   * logs of proxies, and cookies come from pages of other sites, too, where `origins` lets them.
   */
  readonly from?: readonly TokenPlace[]
  /** The name of the parameter of the query, and of the cookie. Default `token`. */
  readonly name?: string
  /** How long the first message may take, in ms. Default 10 000. */
  readonly timeout?: number
  /** Whether those may connect, too, whom no guard has recognised. Default false. */
  readonly optional?: boolean
  /** Whether the connection ends, with 4401, when the token does (its claim `exp`). Default true. */
  readonly expires?: boolean
}

/** The close code for clients whose token is missing, not good, or no longer good: they may come back with another one. */
export const UNAUTHENTICATED = 4401

/** No token where one has to be. */
export const TokenMissing = defineError<{ places: string }>(
  'CORBEL_WS_TOKEN_MISSING',
  'This endpoint wants to know who connects. Show a token by {places}.',
  { status: 401 },
)

/** Nobody has looked at the token. */
export const ClientUnrecognised = defineError<{ path: string }>(
  'CORBEL_WS_UNRECOGNISED',
  'No guard of {path} has recognised the client. Import AuthModule or use JwtGuard; with `auth: { optional: true }` anybody may connect.',
  { status: 401 },
)

const TIMEOUT = 10_000
/** The longest token that is taken of a message, in characters. */
const MAX_TOKEN = 16_384
/** The longest time of a timer, in ms. */
const MAX_DELAY = 2 ** 31 - 1

/** What `auth` of a gateway asks for. */
export class Authentication {
  readonly timeout: number
  readonly isOptional: boolean
  readonly awaitsMessage: boolean
  private readonly from: readonly TokenPlace[]
  private readonly name: string
  private readonly expires: boolean

  /** @param options see `ConnectionAuth` */
  constructor(options: ConnectionAuth) {
    const { from = ['header', 'message'], name = 'token', timeout = TIMEOUT } = options
    this.from = from
    this.name = name
    this.timeout = timeout
    this.isOptional = options.optional ?? false
    this.expires = options.expires ?? true
    this.awaitsMessage = from.includes('message')
  }

  /**
   * Looks for a token in the handshake, and lets no other count.
   *
   * @returns whether there is one
   * @throws {CorbelError} CORBEL_WS_TOKEN_MISSING (401) if there has to be, and none can come any more
   */
  read(handshake: ClientHandshake): boolean {
    const token = this.find(handshake)
    handshake.authorize(token)
    if (this.from.includes('query')) handshake.hide(this.name)
    if (token !== undefined) return true
    if (this.isOptional || this.awaitsMessage) return false
    throw new TokenMissing({ places: this.from.join(' or ') })
  }

  /** The token of a first message; undefined if it is none. */
  tokenOf(event: string, data: unknown): string | undefined {
    if (event !== 'auth') return undefined
    const { token } = (data ?? {}) as { readonly token?: unknown }
    return typeof token === 'string' && token.length <= MAX_TOKEN ? token : undefined
  }

  /**
   * Calls back when a client's token expires.
   *
   * @param user as guards have recognised him: a `Principal`, or claims
   * @returns what stops that
   */
  whenExpired(user: unknown, call: () => void): (() => void) | undefined {
    const { claims, exp = claims?.exp } = (user ?? {}) as { claims?: { exp?: unknown }; exp?: unknown }
    if (!this.expires || typeof exp !== 'number') return undefined
    let timer: NodeJS.Timeout
    const wait = (): void => {
      const delay = exp * 1000 - Date.now()
      timer = delay > MAX_DELAY ? setTimeout(wait, MAX_DELAY) : setTimeout(call, Math.max(delay, 0))
      timer.unref()
    }
    wait()
    return () => clearTimeout(timer)
  }

  private find(handshake: ClientHandshake): string | undefined {
    for (const place of this.from) {
      const found =
        place === 'header'
          ? bearer(handshake.headers['authorization'])
          : place === 'query'
            ? handshake.parameter(this.name)
            : place === 'cookie'
              ? handshake.context.request.cookies?.[this.name]
              : undefined
      if (found !== undefined && found !== '') return found
    }
    return undefined
  }
}

/** RFC 6750 §2.1; schemes are case-insensitive (RFC 9110 §11.1). */
function bearer(authorization: unknown): string | undefined {
  if (typeof authorization !== 'string') return undefined
  return /^bearer +(\S+)$/i.exec(authorization.trim())?.[1]
}
