import { digest, randomSecret, sameDigest } from '../digest.js'
import { toSeconds, type Duration } from '../duration.js'
import { AuthOptionsInvalid, CredentialsInvalid } from '../errors.js'
import type { ApiKeyRecord, ApiKeyStore } from './api-key-store.js'

/** A new key: `key` is shown to its owner now, and never again. */
export interface IssuedApiKey {
  readonly key: string
  readonly record: ApiKeyRecord
}

/** What a new key is like. */
export interface ApiKeyOptions {
  /** For people: `CI of the web shop`. */
  readonly name?: string
  /** What it may be used for; everything its subject may, if left out. */
  readonly scopes?: readonly string[]
  /** How long it is good; for ever, if left out. */
  readonly lifetime?: Duration
  readonly tenant?: string
}

/**
 * Keys for programs: `<prefix>_<id>_<secret>`. The prefix lets scanners find keys that have leaked, the id finds the record,
 * and of the secret only a digest is stored.
 */
export class ApiKeys {
  private readonly prefix: string
  private readonly form: RegExp
  private readonly now: () => number

  /**
   * @param options `store`; `prefix`: of this application, lower case (default `key`); `now`: for tests
   * @throws {CorbelError} CORBEL_AUTH_OPTIONS_INVALID
   */
  constructor(
    private readonly options: {
      readonly store: ApiKeyStore
      readonly prefix?: string
      readonly now?: () => number
    },
  ) {
    this.prefix = options.prefix ?? 'key'
    if (!/^[a-z][a-z0-9]{0,15}$/.test(this.prefix))
      throw new AuthOptionsInvalid({
        reason: `the prefix of API keys must match [a-z][a-z0-9]*: "${this.prefix}".`,
      })
    this.form = new RegExp(`^${this.prefix}_([0-9a-f]{16})_([\\w-]{43})$`)
    this.now = options.now ?? Date.now
  }

  /**
   * @param subject whose key it is
   * @param options name, scopes, lifetime
   */
  async issue(subject: string, options: ApiKeyOptions = {}): Promise<IssuedApiKey> {
    const { name, scopes, lifetime, tenant } = options
    const id = Buffer.from(randomSecret(8), 'base64url').toString('hex')
    const secret = randomSecret()
    const now = this.now()
    const record: ApiKeyRecord = {
      id,
      subject,
      hash: digest(secret),
      createdAt: now,
      ...(name !== undefined && { name }),
      ...(scopes !== undefined && { scopes }),
      ...(tenant !== undefined && { tenant }),
      ...(lifetime !== undefined && { expiresAt: now + toSeconds(lifetime) * 1000 }),
    }
    await this.options.store.save(record)
    return { key: `${this.prefix}_${id}_${secret}`, record }
  }

  /**
   * @param key from a client
   * @returns its record
   * @throws {CorbelError} CORBEL_AUTH_CREDENTIALS_INVALID (401)
   */
  async verify(key: string): Promise<ApiKeyRecord> {
    const [, id, secret] = this.form.exec(key) ?? []
    if (id === undefined || secret === undefined)
      throw new CredentialsInvalid({ reason: 'this is no API key.' })
    const record = await this.options.store.find(id)
    const isRight = sameDigest(record?.hash ?? NOBODY, digest(secret))
    if (record === undefined || !isRight)
      throw new CredentialsInvalid({ reason: 'the API key is not known.' })
    if (record.expiresAt !== undefined && record.expiresAt <= this.now())
      throw new CredentialsInvalid({ reason: 'the API key has expired.' })
    return record
  }

  /**
   * Makes a successor of a key with its name, scopes and remaining time.
   *
   * @param id of the old key
   * @param overlap how long the old one stays good. Default 1 day; 0 where it has leaked
   * @throws {CorbelError} CORBEL_AUTH_CREDENTIALS_INVALID if there is no such key, or it has expired
   */
  async rotate(id: string, overlap: Duration = '1d'): Promise<IssuedApiKey> {
    const old = await this.options.store.find(id)
    const now = this.now()
    if (old === undefined || (old.expiresAt ?? Infinity) <= now)
      throw new CredentialsInvalid({ reason: 'there is no such API key.' })
    const successor = await this.issue(old.subject, {
      ...old,
      ...(old.expiresAt !== undefined && { lifetime: Math.ceil((old.expiresAt - now) / 1000) }),
    })
    const end = Math.min(now + toSeconds(overlap) * 1000, old.expiresAt ?? Infinity)
    await this.options.store.save({ ...old, expiresAt: end })
    return successor
  }

  /** @param id of the key */
  async revoke(id: string): Promise<void> {
    await this.options.store.delete(id)
  }
}

/** Compared with where there is no such key. */
const NOBODY = digest('')
