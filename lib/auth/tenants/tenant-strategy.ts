import type { MaybePromise } from '../../common/index.js'
import { BoundedMap, type Principal } from '../../core/index.js'
import type { SecurityNote } from '../../pipeline/index.js'
import type { CredentialSource } from '../credentials.js'
import { CredentialsInvalid } from '../errors.js'
import { AuthStrategy } from '../strategy.js'
import type { TenantReader } from './tenant-of.js'

/** The options of `TenantStrategy`. */
export interface TenantStrategyOptions {
  /** Default `tenant`. */
  readonly name?: string
  /** Whose call it is: `tenantFromHost('app.example')`. */
  readonly tenant: TenantReader
  /**
   * The way in which callers of a tenant show who they are, with the tenant's own keys and providers. Made when it is first
   * needed, and again after `forget`.
   *
   * @returns undefined if there is no such tenant
   */
  strategyFor(tenant: string): MaybePromise<AuthStrategy | undefined>
  /** How documents describe it. Default a bearer token. */
  readonly scheme?: SecurityNote['scheme']
  /** How many tenants' strategies are kept. Default 1000. */
  readonly cache?: number
}

/**
 * A strategy for each tenant. Who a tenant's strategy recognises belongs to that tenant: credentials that name another one
 * are refused, and so are those of another tenant's keys.
 */
export class TenantStrategy extends AuthStrategy {
  readonly name: string
  protected readonly scheme = 'Bearer'
  private readonly known: BoundedMap<Promise<AuthStrategy | undefined>>

  /** @param options see `TenantStrategyOptions` */
  constructor(private readonly options: TenantStrategyOptions) {
    super()
    this.name = options.name ?? 'tenant'
    this.known = new BoundedMap({ maxEntries: options.cache ?? 1000 })
  }

  async authenticate(source: CredentialSource): Promise<Principal | undefined> {
    const tenant = this.options.tenant(source)
    const strategy = tenant === undefined ? undefined : await this.strategyOf(tenant)
    const principal = await strategy?.authenticate(source)
    if (principal === undefined || tenant === undefined) return undefined
    if (principal.tenant !== undefined && principal.tenant !== tenant)
      throw new CredentialsInvalid({ reason: 'they belong to another tenant.' })
    return { ...principal, tenant, strategy: this.name }
  }

  describe(): SecurityNote['scheme'] {
    return this.options.scheme ?? { type: 'http', scheme: 'bearer' }
  }

  /**
   * Makes a tenant's strategy anew when it is next needed: its keys or its provider have changed.
   *
   * @param tenant its name
   */
  forget(tenant: string): void {
    this.known.delete(tenant)
  }

  private strategyOf(tenant: string): Promise<AuthStrategy | undefined> {
    const known = this.known.get(tenant)
    if (known !== undefined) return known
    const made = Promise.resolve(this.options.strategyFor(tenant))
    this.known.set(tenant, made)
    // one that is not there (yet), or could not be made, is asked for again
    const drop = (): void => this.forget(tenant)
    made.then((strategy) => strategy ?? drop(), drop)
    return made
  }
}
