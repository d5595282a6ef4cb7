import type { MaybePromise } from '../../common/index.js'
import type { Principal } from '../../core/index.js'
import type { SecurityNote } from '../../pipeline/index.js'
import type { CredentialSource } from '../credentials.js'
import { AuthStrategy } from '../strategy.js'
import type { ApiKeyRecord } from './api-key-store.js'
import type { ApiKeys } from './api-keys.js'

/** The options of `ApiKeyStrategy`. */
export interface ApiKeyStrategyOptions {
  /** Default `api-key`. */
  readonly name?: string
  readonly keys: ApiKeys
  /** The header that brings the key. Default `X-API-Key`. A query is not offered: it stands in logs and histories. */
  readonly header?: string
  /** Who a key stands for, beside subject, scopes and tenant: his roles. */
  readonly principal?: (key: ApiKeyRecord) => MaybePromise<Partial<Principal> | undefined>
}

/** API keys in a header. */
export class ApiKeyStrategy extends AuthStrategy {
  readonly name: string
  protected readonly scheme = 'ApiKey'
  private readonly header: string

  /** @param options see `ApiKeyStrategyOptions` */
  constructor(private readonly options: ApiKeyStrategyOptions) {
    super()
    this.name = options.name ?? 'api-key'
    this.header = options.header ?? 'X-API-Key'
  }

  authenticate(source: CredentialSource): MaybePromise<Principal | undefined> {
    const key = source.header(this.header.toLowerCase())
    return key === undefined ? undefined : this.check(key)
  }

  describe(): SecurityNote['scheme'] {
    return { type: 'apiKey', in: 'header', name: this.header }
  }

  override challenge(parameters: Readonly<Record<string, string | undefined>> = {}): string {
    return super.challenge({ header: this.header, ...parameters })
  }

  private async check(key: string): Promise<Principal> {
    const record = await this.options.keys.verify(key)
    const { id, subject, name, scopes, tenant } = record
    return {
      id: subject,
      strategy: this.name,
      claims: { key: id, ...(name !== undefined && { name }) },
      ...(scopes !== undefined && { scopes }),
      ...(tenant !== undefined && { tenant }),
      ...(await this.options.principal?.(record)),
    }
  }
}
