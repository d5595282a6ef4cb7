import { randomBytes, scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import { ConflictException, Injectable } from 'corbel'
import type { Address, SignUp } from './sign-up.dto.js'

const hash = promisify(scrypt) as (password: string, salt: Buffer, length: number) => Promise<Buffer>

/** Someone who has signed up. */
export interface Account {
  readonly name: string
  readonly email: string
  readonly address: Address
  /** Salt and hash. */
  readonly password: readonly [Buffer, Buffer]
}

/** The accounts, in memory. */
@Injectable()
export class AccountsService {
  private readonly accounts = new Map<string, Account>()

  /** As a database would answer: later. */
  async has(name: string): Promise<boolean> {
    return Promise.resolve(this.accounts.has(name))
  }

  /** @throws {ConflictException} for a name that another request has taken since it was validated */
  async create({ name, email, address, password }: SignUp): Promise<Account> {
    const salt = randomBytes(16)
    const account: Account = { name, email, address, password: [salt, await hash(password, salt, 32)] }
    if (this.accounts.has(name)) throw new ConflictException(`${name} is taken`)
    this.accounts.set(name, account)
    return account
  }
}
