import type { MaybePromise } from '../common/index.js'
import { Inject, Injectable } from '../di/index.js'
import type { ExecutionContext } from '../pipeline/index.js'
import { AuthGuard } from './auth-guard.js'
import { TokenInvalid } from './errors.js'
import { JwtService, type JwtPayload } from './jwt-service.js'
import { JWT_OPTIONS, type JwtModuleOptions } from './options.js'
import { authorizationOf } from './principal.js'

/**
 * Reads a token from `Authorization: Bearer …` (or the `scheme` of the module), verifies it and makes its claims the
 * principal. Extend it and override `principal` to look the user up.
 *
 * @see RFC 6750 §2.1
 */
@Injectable()
export class JwtGuard extends AuthGuard {
  protected override readonly scheme: string
  protected override readonly realm: string | undefined

  constructor(
    protected readonly tokens: JwtService,
    @Inject(JWT_OPTIONS) options: JwtModuleOptions,
  ) {
    super()
    this.scheme = options.scheme ?? 'Bearer'
    this.realm = options.realm
  }

  /**
   * Who a verified token stands for.
   *
   * @param payload its claims
   * @param _context the call
   * @returns the principal; undefined refuses the token (its user is gone)
   */
  protected principal(payload: JwtPayload, _context: ExecutionContext): MaybePromise<unknown> {
    return payload
  }

  protected override async authenticate(context: ExecutionContext): Promise<unknown> {
    const token = tokenOf(authorizationOf(context), this.scheme)
    if (token === undefined) return undefined
    const principal = await this.principal(await this.tokens.verify(token), context)
    if (principal === undefined || principal === null)
      throw new TokenInvalid({ reason: 'its user is not known.' })
    return principal
  }
}

/** @returns undefined if there are no credentials of the scheme */
function tokenOf(authorization: string | undefined, scheme: string): string | undefined {
  if (authorization === undefined) return undefined
  const space = authorization.indexOf(' ')
  const given = space === -1 ? authorization : authorization.slice(0, space)
  // schemes are case-insensitive (RFC 9110 §11.1); credentials of another one are none for this guard
  if (given.toLowerCase() !== scheme.toLowerCase()) return undefined
  const token = space === -1 ? '' : authorization.slice(space + 1).trim()
  if (!/^[\w.~+/-]+=*$/.test(token)) {
    throw new TokenInvalid({ reason: `the Authorization header has to be "${scheme} <token>".` })
  }
  return token
}
