import type { MaybePromise } from '../../common/index.js'
import { AccountExists, IdentityTaken } from './errors.js'
import type { ExternalIdentity } from './provider.js'

/** Which identities belong to which account: a table with a unique index on provider and subject. */
export interface AccountLinkStore {
  /** @returns the id of the account; undefined for none */
  find(provider: string, subject: string): MaybePromise<string | undefined>
  /** @returns false if the identity is linked already: then nothing has changed */
  add(provider: string, subject: string, account: string): MaybePromise<boolean>
}

/** The options of `AccountLinks`. */
export interface AccountLinksOptions {
  readonly links: AccountLinkStore
  /** The account that has an address, and whether its owner has shown that it is his. */
  findByEmail(
    email: string,
  ): MaybePromise<{ readonly id: string; readonly emailVerified: boolean } | undefined>
  /** Makes an account for somebody new. */
  create(identity: ExternalIdentity): MaybePromise<string>
  /**
   * True to link an identity with the account of its address, where both the provider and this application have verified it.
   * Default false: its owner logs in and links it himself.
   */
  readonly byVerifiedEmail?: boolean
}

/** Finds the account of somebody who has logged in at a provider. An address alone never opens an account. */
export class AccountLinks {
  /** @param options see `AccountLinksOptions` */
  constructor(private readonly options: AccountLinksOptions) {}

  /**
   * @param identity who he is at the provider
   * @returns the id of his account, and how it was found
   * @throws {CorbelError} CORBEL_AUTH_ACCOUNT_EXISTS (409)
   */
  async resolve(
    identity: ExternalIdentity,
  ): Promise<{ readonly account: string; readonly how: 'known' | 'linked' | 'created' }> {
    const { provider, subject, email, emailVerified } = identity
    const { links, findByEmail, create, byVerifiedEmail = false } = this.options
    const known = await links.find(provider, subject)
    if (known !== undefined) return { account: known, how: 'known' }
    const same = email === undefined ? undefined : await findByEmail(email)
    if (same !== undefined) {
      if (!byVerifiedEmail || !emailVerified || !same.emailVerified) throw new AccountExists({ provider })
      return { account: await this.add(identity, same.id), how: 'linked' }
    }
    return { account: await this.add(identity, await create(identity)), how: 'created' }
  }

  /**
   * Links an identity with the account of somebody who is logged in.
   *
   * @param identity who he is at the provider
   * @param account the id of his account
   * @throws {CorbelError} CORBEL_AUTH_IDENTITY_TAKEN (409)
   */
  async link(identity: ExternalIdentity, account: string): Promise<void> {
    await this.add(identity, account)
  }

  private async add({ provider, subject }: ExternalIdentity, account: string): Promise<string> {
    const { links } = this.options
    if (await links.add(provider, subject, account)) return account
    if ((await links.find(provider, subject)) === account) return account
    throw new IdentityTaken({ provider })
  }
}

/** Links in the memory of one process: for development and tests. */
export class MemoryAccountLinkStore implements AccountLinkStore {
  private readonly accounts = new Map<string, string>()

  find(provider: string, subject: string): string | undefined {
    return this.accounts.get(JSON.stringify([provider, subject]))
  }

  add(provider: string, subject: string, account: string): boolean {
    const key = JSON.stringify([provider, subject])
    if (this.accounts.has(key)) return false
    this.accounts.set(key, account)
    return true
  }
}
