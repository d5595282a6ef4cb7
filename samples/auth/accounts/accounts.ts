import { Injectable } from 'corbel'
import type { KnownUser, LoggedInSession, PasswordAccounts } from 'corbel/auth'
import { randomId } from 'corbel/crypto'

/** Somebody who uses the board. */
export interface Account {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly passwordHash?: string
  readonly roles: readonly string[]
}

/** The accounts, in memory. In production they are a table with a unique index on `email`. */
@Injectable()
export class Accounts implements PasswordAccounts<Account> {
  private readonly rows = new Map<string, Account>()

  findByLogin(login: string): Account | undefined {
    return [...this.rows.values()].find(({ email }) => email === login.toLowerCase())
  }

  find(id: string): Account | undefined {
    return this.rows.get(id)
  }

  all(): readonly Account[] {
    return [...this.rows.values()]
  }

  /** The first account is the administrator's, so that there is one. */
  add(values: Omit<Account, 'id' | 'roles'>): Account {
    const roles = this.rows.size === 0 ? ['admin'] : ['member']
    const account = { ...values, email: values.email.toLowerCase(), id: randomId(), roles }
    this.rows.set(account.id, account)
    return account
  }

  savePasswordHash(id: string, passwordHash: string): void {
    this.change(id, { passwordHash })
  }

  setRoles(id: string, roles: readonly string[]): void {
    this.change(id, { roles })
  }

  /** Asked for each request, so that a changed role counts at once. */
  principalOf({ subject }: LoggedInSession): KnownUser | undefined {
    const account = this.rows.get(subject!)
    return (
      account && {
        id: account.id,
        roles: account.roles,
        claims: { name: account.name, email: account.email },
      }
    )
  }

  private change(id: string, values: Partial<Account>): void {
    const account = this.rows.get(id)
    if (account !== undefined) this.rows.set(id, { ...account, ...values })
  }
}
