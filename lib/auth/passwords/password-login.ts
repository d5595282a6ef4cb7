import type { MaybePromise } from '../../common/index.js'
import { recordAudit, type AuditLog } from '../../core/index.js'
import { Attempts } from '../attempts.js'
import { CredentialsInvalid, PasswordRefused } from '../errors.js'
import { PasswordHasher } from './password-hasher.js'

/** An account, as far as passwords know it. */
export interface PasswordAccount {
  readonly id: string
  /** Undefined where the account has no password: it logs in otherwise. */
  readonly passwordHash?: string | undefined
}

/** Where accounts are. */
export interface PasswordAccounts<Account extends PasswordAccount = PasswordAccount> {
  /**
   * @param login as typed, trimmed and normalised (NFKC)
   * @returns undefined if there is none
   */
  findByLogin(login: string): MaybePromise<Account | undefined>
  savePasswordHash(id: string, hash: string): MaybePromise<void>
}

/** The options of `PasswordLogin`. */
export interface PasswordLoginOptions<Account extends PasswordAccount> {
  readonly accounts: PasswordAccounts<Account>
  readonly hasher?: PasswordHasher
  /** What slows guessing down. */
  readonly attempts?: Attempts
  /** The least length of new passwords, in characters. Default 8. */
  readonly shortest?: number
  /** Whether a password is known from a breach: `pwnedPasswords()`, or a list of your own. */
  readonly breached?: (password: string) => MaybePromise<boolean>
  /** Told of changed passwords: end the account's sessions and tokens here. */
  readonly changed?: (id: string) => MaybePromise<void>
  /** Told of logins and changed passwords: `auth.login`, `auth.password-changed`. Names of unknown accounts are not written. */
  readonly audit?: AuditLog
}

/** In characters: longer ones cost time and gain nothing. */
const LONGEST = 256

/**
 * Login by name and password. Unknown names cost as much as wrong passwords and are answered alike, guessing is slowed down,
 * and hashes made in an older way are renewed when their password comes by.
 */
export class PasswordLogin<Account extends PasswordAccount = PasswordAccount> {
  private readonly hasher: PasswordHasher
  private readonly attempts: Attempts

  /** @param options see `PasswordLoginOptions` */
  constructor(private readonly options: PasswordLoginOptions<Account>) {
    this.hasher = options.hasher ?? new PasswordHasher()
    this.attempts = options.attempts ?? new Attempts()
  }

  /**
   * @param login as typed
   * @param password as typed
   * @throws {CorbelError} CORBEL_AUTH_CREDENTIALS_INVALID (401), CORBEL_AUTH_LOCKED (429)
   */
  async login(login: string, password: string): Promise<Account> {
    const account = await this.verify(login, password)
    if (account === undefined) throw new CredentialsInvalid({ reason: 'name or password is wrong.' })
    return account
  }

  /**
   * As `login`, without an error for what does not belong together: for `BasicStrategy`.
   *
   * @throws {CorbelError} CORBEL_AUTH_LOCKED (429)
   */
  async verify(login: string, password: string): Promise<Account | undefined> {
    // JSON has other things, too, and a body without a class is not validated
    if (!isText(login) || !isText(password)) return undefined
    const name = login.normalize('NFKC').trim()
    const key = `password:${name.toLowerCase()}`
    await this.attempts.begin(key)
    const account = await this.options.accounts.findByLogin(name)
    const typed = password.length > LONGEST ? password.slice(0, LONGEST + 1) : password
    const isRight = await this.hasher.verify(typed, account?.passwordHash)
    if (account?.passwordHash === undefined || !isRight) {
      // what was typed for a name may be a password
      this.note(
        account?.id,
        'failure',
        account === undefined ? 'no such account.' : 'the password was wrong.',
      )
      return undefined
    }
    await this.attempts.succeed(key)
    if (this.hasher.needsRehash(account.passwordHash))
      await this.options.accounts.savePasswordHash(account.id, await this.hasher.hash(typed))
    this.note(account.id, 'success')
    return account
  }

  /**
   * Checks and hashes a new password: for registration.
   *
   * @param password as typed
   * @returns the hash to store
   * @throws {CorbelError} CORBEL_PASSWORD_REFUSED (422)
   */
  async hash(password: string): Promise<string> {
    const { shortest = 8, breached } = this.options
    if (!isText(password)) throw new PasswordRefused({ reason: 'it is no text.' })
    // code points: NIST SP 800-63B §3.1.1.2 counts each as one character
    const { length } = Array.from(password)
    if (length < shortest) throw new PasswordRefused({ reason: `it has fewer than ${shortest} characters.` })
    if (password.length > LONGEST)
      throw new PasswordRefused({ reason: `it has more than ${LONGEST} characters.` })
    if ((await breached?.(password)) === true)
      throw new PasswordRefused({ reason: 'it is known from a breach, and tried by attackers.' })
    return this.hasher.hash(password)
  }

  /**
   * Gives an account another password. Ask for the present one (`verify`) before.
   *
   * @param id of the account
   * @param password as typed
   * @throws {CorbelError} CORBEL_PASSWORD_REFUSED (422)
   */
  async change(id: string, password: string): Promise<void> {
    await this.options.accounts.savePasswordHash(id, await this.hash(password))
    await this.options.changed?.(id)
    recordAudit(this.options.audit, { type: 'auth.password-changed', outcome: 'success', actor: id })
  }

  private note(actor: string | undefined, outcome: 'success' | 'failure', reason?: string): void {
    recordAudit(this.options.audit, { type: 'auth.login', outcome, actor, action: 'password', reason })
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}
