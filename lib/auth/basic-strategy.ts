import type { MaybePromise } from '../common/index.js'
import type { Principal } from '../core/index.js'
import type { SecurityNote } from '../pipeline/index.js'
import { authorizationFor, type CredentialSource } from './credentials.js'
import { CredentialsInvalid } from './errors.js'
import { AuthStrategy } from './strategy.js'

/** Who a user of a name and a password is; what the strategy adds may be left out. */
export type KnownUser = Pick<Principal, 'id'> & Partial<Principal>

/** The options of `BasicStrategy`. */
export interface BasicOptions {
  /** Default `basic`. */
  readonly name?: string
  /** What browsers show when they ask for the password. Default `Restricted`. */
  readonly realm?: string
  /**
   * Checks name and password: `PasswordLogin.verify`, or a check of your own in constant time.
   *
   * @returns undefined if they do not belong together
   */
  verify(name: string, password: string, source: CredentialSource): MaybePromise<KnownUser | undefined>
}

/** More than any name and password have. */
const LONGEST = 4096

/**
 * Name and password with every request. Each request costs a password hash; over plain HTTP everybody on the way reads them.
 *
 * @see RFC 7617
 */
export class BasicStrategy extends AuthStrategy {
  readonly name: string
  protected readonly scheme = 'Basic'
  protected override readonly realm: string

  /** @param options see `BasicOptions` */
  constructor(private readonly options: BasicOptions) {
    super()
    this.name = options.name ?? 'basic'
    this.realm = options.realm ?? 'Restricted'
  }

  authenticate(source: CredentialSource): MaybePromise<Principal | undefined> {
    const given = authorizationFor(source, this.scheme)
    return given === undefined ? undefined : this.check(given, source)
  }

  describe(): SecurityNote['scheme'] {
    return { type: 'http', scheme: 'basic' }
  }

  /** Names in UTF-8 rather than what the browser thinks (RFC 7617 §2.1). A 401 of Basic has no `error` parameter. */
  override challenge(): string {
    return super.challenge({ charset: 'UTF-8' })
  }

  private async check(given: string, source: CredentialSource): Promise<Principal> {
    const { name, password } = read(given)
    const user = await this.options.verify(name, password, source)
    if (user === undefined) throw new CredentialsInvalid({ reason: 'name or password is wrong.' })
    return {
      strategy: this.name,
      factors: ['pwd'],
      authenticatedAt: Date.now(),
      claims: {},
      ...user,
    }
  }
}

function read(given: string): { name: string; password: string } {
  if (given.length > LONGEST || !/^[A-Za-z0-9+/]+={0,2}$/.test(given))
    throw new CredentialsInvalid({ reason: 'they are not in base64.' })
  const text = Buffer.from(given, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  // control characters are not allowed (RFC 7617 §2), and would forge lines in logs
  if (colon === -1 || hasControls(text))
    throw new CredentialsInvalid({ reason: 'they are not name:password.' })
  return { name: text.slice(0, colon), password: text.slice(colon + 1) }
}

function hasControls(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  return /[\u0000-\u001F\u007F]/.test(text)
}
