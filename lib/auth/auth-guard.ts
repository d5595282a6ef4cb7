import { CorbelError, type MaybePromise } from '../common/index.js'
import { Describes, type CanActivate, type EnhancerNotes, type ExecutionContext } from '../pipeline/index.js'
import { challenge } from './challenge.js'
import { AuthenticationFailed, TokenExpired } from './errors.js'
import { declaredPolicy, policyOf, type AuthenticationPolicy } from './policy.js'
import { attachPrincipal } from './principal.js'

/**
 * Finds out who makes a call and lets only known ones through, as `@Public()` and `@Authenticated()` say. Extend it for
 * a way to log in of your own.
 */
@Describes(({ endpoint, instance }) => {
  const { scheme = 'Bearer', policy = 'required' } = (instance ?? {}) as {
    scheme?: string
    policy?: AuthenticationPolicy
  }
  return notesFor(declaredPolicy(endpoint, policy), scheme)
})
export abstract class AuthGuard implements CanActivate {
  /** What counts where neither method nor class says anything. */
  protected readonly policy: AuthenticationPolicy = 'required'
  /** The authentication scheme named in challenges. */
  protected readonly scheme: string = 'Bearer'
  /** The protection space named in challenges. */
  protected readonly realm: string | undefined = undefined

  /**
   * Looks at the credentials of a call.
   *
   * @param context the call
   * @returns who it is, or undefined if there are no credentials at all
   * @throws {CorbelError} with status 401 if the credentials are wrong; the client learns at most that they have expired
   * @throws {AuthenticationFailed} to answer in words and with a challenge of your own
   */
  protected abstract authenticate(context: ExecutionContext): MaybePromise<unknown>

  /**
   * @param context the call
   * @throws {AuthenticationFailed} 401 with a challenge
   */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const policy = policyOf(context, this.policy)
    if (policy === 'public') return true
    const principal = await this.identify(context)
    if (principal !== undefined) {
      attachPrincipal(context, principal)
      return true
    }
    if (policy === 'optional') return true
    // without an error code: the client has not tried anything wrong (RFC 6750 §3.1)
    throw new AuthenticationFailed(
      'Authentication is required.',
      challenge(this.scheme, { realm: this.realm }),
    )
  }

  private async identify(context: ExecutionContext): Promise<unknown> {
    try {
      return await this.authenticate(context)
    } catch (error) {
      if (!(error instanceof CorbelError) || error.status !== 401) throw error
      // expired is worth knowing: the client logs in again. Which check a token failed helps only who forges one; it
      // stays in the cause (RFC 6750 §3.1 has one code, invalid_token, for all of it)
      const message = error instanceof TokenExpired ? error.message : 'The credentials are not valid.'
      const parameters = { realm: this.realm, error: 'invalid_token', error_description: message }
      throw new AuthenticationFailed(message, challenge(this.scheme, parameters), error)
    }
  }
}

/** Schemes that have a name of their own in OpenAPI, as IANA registers them; others are a header. */
const HTTP_SCHEMES = new Set(['basic', 'bearer', 'digest', 'dpop', 'hoba', 'mutual', 'negotiate', 'vapid'])

function notesFor(policy: AuthenticationPolicy, scheme: string): EnhancerNotes | undefined {
  if (policy === 'public') return undefined
  const name = scheme.toLowerCase()
  const definition = HTTP_SCHEMES.has(name)
    ? { type: 'http', scheme: name }
    : {
        type: 'apiKey',
        in: 'header',
        name: 'Authorization',
        description: `\`${scheme} <token>\``,
      }
  const security = { name, scheme: definition, optional: policy === 'optional' }
  return { security: [security], responses: { 401: 'The credentials are missing or not valid.' } }
}
