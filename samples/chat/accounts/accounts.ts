import { Injectable } from 'corbel'
import { PasswordHasher, type PasswordAccounts } from 'corbel/auth'

/** Somebody who has a password. */
export interface Account {
  readonly id: string
  readonly name: string
  readonly roles: readonly string[]
  readonly passwordHash: string
}

/** Who may log in, as a table would have it: each process knows the same. */
const KNOWN = [
  { id: 'ada', name: 'Ada', roles: ['moderator'], password: 'analytical engine' },
  { id: 'ben', name: 'Ben', roles: [], password: 'kites and keys' },
  { id: 'cleo', name: 'Cleo', roles: [], password: 'obelisks at dusk' },
]

/** The accounts, in memory. */
@Injectable()
export class Accounts implements PasswordAccounts<Account> {
  private readonly rows = new Map<string, Account>()

  async onModuleInit(): Promise<void> {
    const hasher = new PasswordHasher()
    for (const { password, ...account } of KNOWN)
      this.rows.set(account.id, { ...account, passwordHash: await hasher.hash(password) })
  }

  findByLogin(login: string): Account | undefined {
    return this.rows.get(login.toLowerCase())
  }

  savePasswordHash(id: string, passwordHash: string): void {
    const account = this.rows.get(id)
    if (account !== undefined) this.rows.set(id, { ...account, passwordHash })
  }
}
