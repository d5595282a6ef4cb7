import type { MaybePromise } from '../common/index.js'
import type { Principal } from '../core/index.js'
import type { SecurityNote } from '../pipeline/index.js'
import { challenge } from './challenge.js'
import type { CredentialSource } from './credentials.js'

/**
 * One way in which callers show who they are. The guard asks the strategies of a route one after the other, whatever the
 * transport; extend this class for a way of your own.
 */
export abstract class AuthStrategy {
  /** By which `@Authenticated` and `AuthModule` name it; unique. */
  abstract readonly name: string
  /** The authentication scheme named in challenges (RFC 9110 §11.1). */
  protected abstract readonly scheme: string
  /** The protection space named in challenges. */
  protected readonly realm: string | undefined = undefined

  /**
   * Looks for credentials and checks them. A value that is there at once costs the route less than a promise.
   *
   * @param source where the credentials of the call are
   * @returns who it is; undefined if there are no credentials of this kind
   * @throws {CorbelError} with status 401 if the credentials are wrong; the client learns at most that they have expired
   */
  abstract authenticate(source: CredentialSource): MaybePromise<Principal | undefined>

  /**
   * How documents describe it: a security scheme object of OpenAPI.
   */
  abstract describe(): SecurityNote['scheme']

  /**
   * What `WWW-Authenticate` says.
   *
   * @param parameters beside the realm; none where the client has tried nothing wrong
   */
  challenge(parameters: Readonly<Record<string, string | undefined>> = {}): string {
    return challenge(this.scheme, { realm: this.realm, ...parameters })
  }
}
