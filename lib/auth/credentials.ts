import { callerOf } from '../core/index.js'
import { forwardedHost } from '../http/index.js'
import type { ExecutionContext } from '../pipeline/index.js'
import { HttpContext } from '../web/index.js'

/**
 * Where a strategy finds credentials: the same questions for every transport. On a WebSocket the answers are those of the
 * request by which the connection was made.
 */
export interface CredentialSource {
  /** The call itself, for what no other member tells. */
  readonly context: ExecutionContext
  /** `http`, `ws`, `rpc` … */
  readonly transport: string
  /** Host and port that the client has asked, a trusted proxy's word included; undefined where there is none. */
  readonly host: string | undefined
  /** Path without the query; undefined where there is none. */
  readonly path: string | undefined
  /** The client's address, a trusted proxy's word included; undefined where there is none. */
  readonly address: string | undefined
  /**
   * @param name in lower case
   * @returns lines of one name joined by `, `
   */
  header(name: string): string | undefined
  /** A cookie, decoded and not verified. */
  cookie(name: string): string | undefined
}

/**
 * Where the credentials of a call are.
 *
 * @param context the call
 */
export function credentialsOf(context: ExecutionContext): CredentialSource {
  return context instanceof HttpContext ? new HttpCredentials(context) : new HandshakeCredentials(context)
}

/** Reads what the engine keeps: no request object is made for it. */
class HttpCredentials implements CredentialSource {
  readonly transport = 'http'

  constructor(readonly context: HttpContext) {}

  get host(): string | undefined {
    return forwardedHost(this.context.exchange, this.context.proxies)
  }

  get path(): string {
    return this.context.request.path
  }

  get address(): string {
    return this.context.request.ip
  }

  header(name: string): string | undefined {
    return this.context.exchange.headers.get(name)
  }

  cookie(name: string): string | undefined {
    const { cookies } = this.context.request
    return cookies !== undefined && Object.hasOwn(cookies, name) ? cookies[name] : undefined
  }
}

interface Headed {
  readonly headers?: Readonly<Record<string, unknown>>
  readonly address?: unknown
  readonly url?: unknown
}

/** Reads the request that a connection began with. */
class HandshakeCredentials implements CredentialSource {
  private readonly begin: Headed

  constructor(readonly context: ExecutionContext) {
    const caller = callerOf(context) as Headed & { readonly handshake?: Headed; readonly request?: Headed }
    this.begin = [caller, caller.handshake, caller.request].find((one) => one?.headers !== undefined) ?? {}
  }

  get transport(): string {
    return this.context.getType()
  }

  get host(): string | undefined {
    return this.header('host')
  }

  get path(): string | undefined {
    const { url } = this.begin
    return typeof url === 'string' ? url.split('?', 1)[0] : undefined
  }

  get address(): string | undefined {
    const { address } = this.begin
    return typeof address === 'string' ? address : undefined
  }

  header(name: string): string | undefined {
    const value = this.begin.headers?.[name]
    return typeof value === 'string' ? value : undefined
  }

  cookie(name: string): string | undefined {
    for (const pair of (this.header('cookie') ?? '').split(';')) {
      const equals = pair.indexOf('=')
      if (equals !== -1 && pair.slice(0, equals).trim() === name)
        return decoded(pair.slice(equals + 1).trim())
    }
    return undefined
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/**
 * The credentials of an `Authorization` header, if they are of a scheme.
 *
 * @param source of the call
 * @param scheme as it is registered; case does not matter (RFC 9110 §11.1)
 * @returns what stands behind the scheme; undefined if the header is missing or of another scheme
 */
export function authorizationFor(source: CredentialSource, scheme: string): string | undefined {
  const value = source.header('authorization')
  if (value === undefined) return undefined
  const space = value.indexOf(' ')
  const given = space === -1 ? value : value.slice(0, space)
  if (given !== scheme && given.toLowerCase() !== scheme.toLowerCase()) return undefined
  return space === -1 ? '' : value.slice(space + 1).trim()
}
