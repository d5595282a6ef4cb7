import { recordAudit, type AuditLog } from '../../core/index.js'
import { digest, randomSecret, sameDigest } from '../digest.js'
import { toSeconds, type Duration } from '../duration.js'
import { RefreshTokenInvalid, RefreshTokenReused } from '../errors.js'
import type { JwtService } from '../jwt-service.js'
import type { RefreshLogin, RefreshTokenStore } from './refresh-token-store.js'
import type { TokenRevocations } from './revocations.js'

/** What a client gets: an answer of RFC 6749 §5.1. */
export interface TokenPair {
  readonly access_token: string
  readonly token_type: 'Bearer'
  /** Seconds. */
  readonly expires_in: number
  readonly refresh_token: string
}

/** The options of `RefreshTokens`. */
export interface RefreshTokensOptions {
  /** Signs access tokens. */
  readonly jwt: JwtService
  readonly store: RefreshTokenStore
  /** Told of logins that have ended, so that their access tokens end too. */
  readonly revocations?: TokenRevocations
  /** How long access tokens live. Default 10 minutes. */
  readonly accessLifetime?: Duration
  /** How long a refresh token may lie unused. Default 14 days. */
  readonly idle?: Duration
  /** How long a login lasts, whatever it is used for. Default 90 days. */
  readonly lifetime?: Duration
  /**
   * The claims of a new access token: asked at every refresh, so that changed roles reach it.
   *
   * @returns undefined where the account is gone: the login ends
   */
  claims?(
    subject: string,
    login: Readonly<Record<string, unknown>>,
  ): Promise<object | undefined> | object | undefined
  /** Told of tokens that come a second time: `auth.token-reused`. */
  readonly audit?: AuditLog
  /** The time in milliseconds since 1970. For tests. */
  readonly now?: () => number
}

const ID_BYTES = 16

/**
 * Short access tokens, and refresh tokens that are good once: each refresh gives a new one. One that comes again was
 * stolen, by whoever came first or second: its login ends.
 *
 * @see RFC 9700 §4.14.2
 */
export class RefreshTokens {
  private readonly accessSeconds: number
  private readonly idleMs: number
  private readonly lifetimeMs: number
  private readonly now: () => number

  /** @param options see `RefreshTokensOptions` */
  constructor(private readonly options: RefreshTokensOptions) {
    this.accessSeconds = toSeconds(options.accessLifetime ?? '10m')
    this.idleMs = toSeconds(options.idle ?? '14d') * 1000
    this.lifetimeMs = toSeconds(options.lifetime ?? '90d') * 1000
    this.now = options.now ?? Date.now
  }

  /**
   * Begins a login.
   *
   * @param subject who has shown who he is
   * @param login what belongs to the login as long as it lasts: `amr`, the device … (what JSON has)
   */
  async issue(subject: string, login: Readonly<Record<string, unknown>> = {}): Promise<TokenPair> {
    const id = randomSecret(ID_BYTES)
    const secret = randomSecret()
    const now = this.now()
    const record: RefreshLogin = {
      id,
      subject,
      login,
      hash: digest(secret),
      startedAt: now,
      expiresAt: Math.min(now + this.idleMs, now + this.lifetimeMs),
    }
    const pair = await this.pairFor(record, secret)
    await this.options.store.create(record)
    return pair
  }

  /**
   * Gives a new pair for a refresh token.
   *
   * @param token as the client has it
   * @throws {CorbelError} CORBEL_REFRESH_TOKEN_INVALID, CORBEL_REFRESH_TOKEN_REUSED (both 401)
   */
  async refresh(token: string): Promise<TokenPair> {
    const { record, secret } = await this.find(token)
    if (!sameDigest(record.hash, digest(secret))) throw await this.reused(record)
    const next = randomSecret()
    const now = this.now()
    const expiresAt = Math.min(now + this.idleMs, record.startedAt + this.lifetimeMs)
    const renewed = { ...record, hash: digest(next), expiresAt }
    const pair = await this.pairFor(renewed, next)
    // of two that come at once, one sees that the other was faster
    if (!(await this.options.store.rotate(renewed, record.hash))) throw await this.reused(record)
    return pair
  }

  /**
   * Ends the login of a refresh token: a client that logs out. A token that means nothing is none of its business (RFC 7009 §2.2).
   *
   * @param token as the client has it
   */
  async revoke(token: string): Promise<void> {
    const record = await this.options.store.find(partsOf(token)?.id ?? '')
    if (record !== undefined) await this.end(record)
  }

  /**
   * Ends all logins of a subject: "log out everywhere", a changed password.
   *
   * @param subject whose
   */
  async revokeAll(subject: string): Promise<void> {
    await this.options.store.revokeAll(subject)
    await this.options.revocations?.revokeSubject(subject)
  }

  private async find(token: string): Promise<{ record: RefreshLogin; secret: string }> {
    const parts = partsOf(token)
    const record = parts && (await this.options.store.find(parts.id))
    if (parts === undefined || record === undefined)
      throw new RefreshTokenInvalid({ reason: 'its login is not known or was ended.' })
    if (record.expiresAt <= this.now()) throw new RefreshTokenInvalid({ reason: 'it has expired.' })
    return { record, secret: parts.secret }
  }

  private async pairFor(record: RefreshLogin, secret: string): Promise<TokenPair> {
    const { subject, login, id } = record
    const claims = this.options.claims === undefined ? {} : await this.options.claims(subject, login)
    if (claims === undefined) {
      await this.end(record)
      throw new RefreshTokenInvalid({ reason: 'its account is gone.' })
    }
    const access = await this.options.jwt.sign(
      { auth_time: Math.floor(record.startedAt / 1000), ...claims, sid: sidOf(id) },
      { subject, expiresIn: this.accessSeconds, jwtid: randomSecret(ID_BYTES) },
    )
    return {
      access_token: access,
      token_type: 'Bearer',
      expires_in: this.accessSeconds,
      refresh_token: `${id}.${secret}`,
    }
  }

  private async reused(record: RefreshLogin): Promise<Error> {
    await this.end(record)
    recordAudit(this.options.audit, {
      type: 'auth.token-reused',
      outcome: 'failure',
      actor: record.subject,
      target: `login:${sidOf(record.id)}`,
      reason: 'a refresh token came a second time; its login was ended.',
    })
    return new RefreshTokenReused({ subject: record.subject, login: record.id })
  }

  private async end({ id }: RefreshLogin): Promise<void> {
    await this.options.store.revoke(id)
    await this.options.revocations?.revokeLogin(sidOf(id))
  }
}

/** What access tokens and logs call a login: who has read it there knows no part of a refresh token, and cannot end it. */
function sidOf(id: string): string {
  return digest(id)
}

function partsOf(token: string): { id: string; secret: string } | undefined {
  const [, id, secret] = /^([\w-]{22})\.([\w-]{43})$/.exec(token) ?? []
  return id === undefined || secret === undefined ? undefined : { id, secret }
}
