import { randomBytes } from 'node:crypto'
import type { TOTP } from 'otpauth'
import { recordAudit, type AuditEvent, type AuditLog } from '../../core/index.js'
import { Attempts } from '../attempts.js'
import { digest } from '../digest.js'
import { CredentialsInvalid } from '../errors.js'
import { loadOtpAuth } from './otpauth.js'
import type { SecondFactorRecord, SecondFactorStore } from './second-factor-store.js'

/** The options of `SecondFactor`. */
export interface SecondFactorOptions {
  readonly store: SecondFactorStore
  /** What the app of the user shows: the name of yours. */
  readonly issuer: string
  /** What slows guessing down. */
  readonly attempts?: Attempts
  /** How many steps of 30 seconds a clock may be off. Default 1. */
  readonly window?: number
  /** How many recovery codes there are. Default 10. */
  readonly recoveryCodes?: number
  /** Told of codes that were right or wrong, and of factors that come and go: `auth.second-factor`. */
  readonly audit?: AuditLog
  /** The time in milliseconds since 1970. For tests. */
  readonly now?: () => number
}

/** What an account needs to set its app up: show it once. */
export interface Enrolment {
  /** Base32, for typing. */
  readonly secret: string
  /** `otpauth://…`, for a QR code. */
  readonly uri: string
}

/** How somebody has shown the second factor, in the words of RFC 8176: `otp`; recovery codes are `otp`, too. */
export interface SecondFactorResult {
  readonly factor: 'otp'
  /** How many recovery codes are left, where one was used. */
  readonly recoveryLeft?: number
}

const PERIOD = 30
/** Of 32 letters: 80 bits, too many to guess, so that a fast hash is enough. */
const RECOVERY_LENGTH = 16
/** Crockford's: none is taken for another. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/**
 * Codes of an authenticator app as the second factor, and recovery codes for who has lost it. Each code is good once, and
 * guessing is slowed down.
 *
 * @see RFC 6238
 */
export class SecondFactor {
  private readonly attempts: Attempts
  private readonly now: () => number

  /** @param options see `SecondFactorOptions` */
  constructor(private readonly options: SecondFactorOptions) {
    this.attempts = options.attempts ?? new Attempts()
    this.now = options.now ?? Date.now
  }

  /**
   * Begins: a new secret, which does not count before it is confirmed. A factor that counts has to be removed first.
   *
   * @param account its id
   * @param label what the app shows beside the issuer: the user's name
   * @throws {CorbelError} CORBEL_AUTH_CREDENTIALS_INVALID if the account has a factor already; CORBEL_PACKAGE_MISSING
   */
  async enrol(account: string, label: string): Promise<Enrolment> {
    if (await this.isEnrolled(account))
      throw new CredentialsInvalid({ reason: 'the account has a second factor already.' })
    const { Secret } = await loadOtpAuth()
    const secret = new Secret({ size: 20 }).base32
    await this.options.store.save(account, {
      secret,
      confirmed: false,
      lastStep: 0,
      recovery: [],
      version: 1,
    })
    return { secret, uri: (await this.totp(secret, label)).toString() }
  }

  /**
   * Makes the factor count.
   *
   * @param account its id
   * @param code of the app
   * @returns the recovery codes: show them once
   * @throws {CorbelError} CORBEL_AUTH_CREDENTIALS_INVALID (401), CORBEL_AUTH_LOCKED (429)
   */
  async confirm(account: string, code: string): Promise<readonly string[]> {
    const record = await this.options.store.find(account)
    const given: unknown = code
    if (record === undefined || record.confirmed || typeof given !== 'string') throw wrong()
    await this.attempts.begin(keyOf(account))
    const codes = Array.from({ length: this.options.recoveryCodes ?? 10 }, recoveryCode)
    const recovery = codes.map((one) => digestOf(account, one))
    await this.use(account, { ...record, confirmed: true, recovery }, given)
    this.note(account, 'confirm', 'success')
    return codes
  }

  /**
   * Whether a login has to ask for the factor.
   *
   * @param account its id
   */
  async isEnrolled(account: string): Promise<boolean> {
    return (await this.options.store.find(account))?.confirmed === true
  }

  /**
   * Checks a code of the app, or a recovery code, and uses it up.
   *
   * @param account its id, known from the first factor
   * @param code as typed; blanks and dashes do not count
   * @throws {CorbelError} CORBEL_AUTH_CREDENTIALS_INVALID (401), CORBEL_AUTH_LOCKED (429)
   */
  async verify(account: string, code: string): Promise<SecondFactorResult> {
    await this.attempts.begin(keyOf(account))
    try {
      const result = await this.check(account, code)
      this.note(account, 'verify', 'success', 'recoveryLeft' in result ? 'by a recovery code.' : undefined)
      return result
    } catch (error) {
      if (error instanceof CredentialsInvalid) this.note(account, 'verify', 'failure', 'the code was wrong.')
      throw error
    }
  }

  private async check(account: string, code: string): Promise<SecondFactorResult> {
    const record = await this.options.store.find(account)
    const given: unknown = code
    if (record?.confirmed !== true || typeof given !== 'string') throw wrong()
    const typed = given.slice(0, 64).replaceAll(/[\s-]/g, '')
    if (/^\d{6}$/.test(typed)) {
      await this.use(account, record, typed)
      return { factor: 'otp' }
    }
    const used = digestOf(account, typed)
    const recovery = record.recovery.filter((one) => one !== used)
    if (recovery.length === record.recovery.length) throw wrong()
    await this.save(account, { ...record, recovery })
    return { factor: 'otp', recoveryLeft: recovery.length }
  }

  /**
   * Takes the factor away. Ask for it (or for the password) before.
   *
   * @param account its id
   */
  async remove(account: string): Promise<void> {
    await this.options.store.delete(account)
    this.note(account, 'remove', 'success')
  }

  private note(actor: string, action: string, outcome: AuditEvent['outcome'], reason?: string): void {
    recordAudit(this.options.audit, { type: 'auth.second-factor', outcome, actor, action, reason })
  }

  private async use(account: string, record: SecondFactorRecord, code: string): Promise<void> {
    const timestamp = this.now()
    const totp = await this.totp(record.secret, account)
    const delta = totp.validate({ token: code, timestamp, window: this.options.window ?? 1 })
    const step = Math.floor(timestamp / 1000 / PERIOD) + (delta ?? 0)
    // seen over a shoulder or on the way: a code is good once (RFC 6238 §5.2)
    if (delta === null || step <= record.lastStep) throw wrong()
    await this.save(account, { ...record, lastStep: step })
  }

  private async save(account: string, record: SecondFactorRecord): Promise<void> {
    // of two that use one code at once, one finds that the other was faster
    if (!(await this.options.store.save(account, { ...record, version: record.version + 1 }))) throw wrong()
    await this.attempts.succeed(keyOf(account))
  }

  private async totp(secret: string, label: string): Promise<TOTP> {
    const { TOTP: Totp } = await loadOtpAuth()
    const { issuer } = this.options
    return new Totp({ issuer, label, secret, algorithm: 'SHA1', digits: 6, period: PERIOD })
  }
}

function wrong(): Error {
  return new CredentialsInvalid({ reason: 'the code is wrong, or was used.' })
}

function keyOf(account: string): string {
  return `second factor:${account}`
}

function recoveryCode(): string {
  const text = Array.from(randomBytes(RECOVERY_LENGTH), (byte) => ALPHABET[byte % ALPHABET.length]).join('')
  return text.replaceAll(/.{4}(?=.)/g, '$&-')
}

function digestOf(account: string, code: string): string {
  return digest(`${account}\n${code.replaceAll('-', '').toLowerCase()}`)
}
