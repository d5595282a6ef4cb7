import { createHash } from 'node:crypto'
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server'
import { recordAudit, type AuditEvent, type AuditLog, type Cache } from '../../core/index.js'
import { toSeconds, type Duration } from '../duration.js'
import { CredentialsInvalid, OneTimeTokenInvalid } from '../errors.js'
import { OneTimeTokens } from '../one-time/one-time-tokens.js'
import { memberOf, readClientData } from './client-data.js'
import { PasskeyRefused } from './errors.js'
import type { PasskeyRecord, PasskeyStore } from './passkey-store.js'
import { RelyingParty, type RelyingPartyOptions } from './relying-party.js'
import { loadWebAuthn } from './webauthn.js'

/** The options of `Passkeys`. */
export interface PasskeysOptions extends RelyingPartyOptions {
  readonly store: PasskeyStore
  /** Where several processes see challenges; in memory by default. */
  readonly cache?: Cache
  /** How long an answer may take. Default 5 minutes. */
  readonly lifetime?: Duration
  /**
   * Whether the authenticator has to know its owner by a PIN or a finger. Default `required`: a passkey is two factors then.
   * `preferred` asks and takes what comes.
   */
  readonly userVerification?: 'required' | 'preferred'
  /** Told of passkeys that come, go and are used: `auth.passkey`. */
  readonly audit?: AuditLog
}

/** Whose passkey is made. */
export interface PasskeyAccount {
  readonly id: string
  /** What browsers show where an account is chosen: an address. */
  readonly name: string
  readonly displayName?: string
}

/** Who has shown a passkey. */
export interface PasskeyLogin {
  /** The id of the account. */
  readonly account: string
  readonly passkey: PasskeyRecord
  /** In the words of RFC 8176: `hwk` or, for keys that are copied, `swk`; `mfa` if the authenticator knows its owner. */
  readonly factors: readonly string[]
}

interface Kept {
  readonly account: string | null
}

const REGISTRATION = 'passkey registration'
const LOGIN = 'passkey login'

/**
 * Passkeys (WebAuthn): made by somebody who is logged in, and shown in the place of a password, or beside one. Challenges are good
 * once, for a while, and in the browser that has asked for them.
 *
 * @see W3C Web Authentication Level 3 §7
 */
export class Passkeys {
  private readonly party: RelyingParty
  private readonly challenges: OneTimeTokens
  private readonly timeout: number
  private readonly isVerified: boolean

  /**
   * @param options see `PasskeysOptions`
   * @throws {CorbelError} CORBEL_AUTH_OPTIONS_INVALID, CORBEL_DURATION_INVALID
   */
  constructor(private readonly options: PasskeysOptions) {
    this.party = new RelyingParty(options)
    this.challenges = new OneTimeTokens(options.cache)
    this.timeout = toSeconds(options.lifetime ?? '5m') * 1000
    this.isVerified = (options.userVerification ?? 'required') === 'required'
  }

  /**
   * Begins to make a passkey, for who is logged in.
   *
   * @param account his
   * @param binding a secret of the browser: `browserBinding(request, response)`
   * @returns for `PublicKeyCredential.parseCreationOptionsFromJSON` of the page
   * @throws {CorbelError} CORBEL_PACKAGE_MISSING
   */
  async beginRegistration(
    account: PasskeyAccount,
    binding: string,
  ): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const { generateRegistrationOptions } = await loadWebAuthn()
    const known = await this.options.store.list(account.id)
    return generateRegistrationOptions({
      rpID: this.party.id,
      rpName: this.party.name,
      userName: account.name,
      userDisplayName: account.displayName ?? account.name,
      userID: handleOf(account.id),
      challenge: await this.challenge(REGISTRATION, account.id, binding),
      timeout: this.timeout,
      attestationType: 'none',
      excludeCredentials: known.map(descriptorOf),
      authenticatorSelection: {
        residentKey: 'required',
        userVerification: this.isVerified ? 'required' : 'preferred',
      },
    })
  }

  /**
   * Takes a passkey that was made.
   *
   * @param account the id of who is logged in
   * @param response what the page got, as JSON
   * @param binding of the browser: `bindingOf(request)`
   * @param name by which its owner will know it
   * @throws {CorbelError} CORBEL_PASSKEY_REFUSED (400)
   */
  async finishRegistration(
    account: string,
    response: unknown,
    binding: string | undefined,
    name = 'Passkey',
  ): Promise<PasskeyRecord> {
    const { verifyRegistrationResponse } = await loadWebAuthn()
    try {
      const expected = await this.expect(REGISTRATION, response, binding)
      if (expected.account !== account) throw new Unacceptable('It was begun for another account.')
      const { verified, registrationInfo } = await checked(
        verifyRegistrationResponse({
          response: response as RegistrationResponseJSON,
          ...this.expectedOf(expected),
          requireUserVerification: this.isVerified,
        }),
      )
      if (!verified) throw new Unacceptable('It was not verified.')
      const { credential, credentialBackedUp, credentialDeviceType } = registrationInfo
      const record: PasskeyRecord = {
        id: credential.id,
        account,
        publicKey: Buffer.from(credential.publicKey).toString('base64url'),
        counter: credential.counter,
        transports: (credential.transports ?? []).slice(0, 8),
        synced: credentialBackedUp || credentialDeviceType === 'multiDevice',
        name: name.slice(0, 100),
        createdAt: Date.now(),
        usedAt: undefined,
      }
      // §7.1 step 26: an id that is known already may be somebody else's
      if (!(await this.options.store.add(record))) throw new Unacceptable('It is known already.')
      this.note(account, 'add', 'success', record.id)
      return record
    } catch (error) {
      if (!isRefusal(error)) throw error
      this.note(account, 'add', 'failure', undefined, error)
      throw new PasskeyRefused({}, { cause: error })
    }
  }

  /**
   * Begins a login.
   *
   * @param binding a secret of the browser: `browserBinding(request, response)`
   * @param account the id of an account that is known already, for a second factor. By default the user chooses: then nobody can
   *   find out which accounts there are
   * @returns for `PublicKeyCredential.parseRequestOptionsFromJSON` of the page
   * @throws {CorbelError} CORBEL_PACKAGE_MISSING
   */
  async beginLogin(binding: string, account?: string): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const { generateAuthenticationOptions } = await loadWebAuthn()
    const known = account === undefined ? undefined : await this.options.store.list(account)
    return generateAuthenticationOptions({
      rpID: this.party.id,
      challenge: await this.challenge(LOGIN, account, binding),
      timeout: this.timeout,
      userVerification: this.isVerified ? 'required' : 'preferred',
      ...(known !== undefined && { allowCredentials: known.map(descriptorOf) }),
    })
  }

  /**
   * Finds out whose passkey was shown.
   *
   * @param response what the page got, as JSON
   * @param binding of the browser: `bindingOf(request)`
   * @throws {CorbelError} CORBEL_AUTH_CREDENTIALS_INVALID (401)
   */
  async finishLogin(response: unknown, binding: string | undefined): Promise<PasskeyLogin> {
    const { verifyAuthenticationResponse } = await loadWebAuthn()
    let record: PasskeyRecord | undefined
    try {
      const expected = await this.expect(LOGIN, response, binding)
      record = await this.find(response, expected.account)
      const { verified, authenticationInfo } = await checked(
        verifyAuthenticationResponse({
          response: response as AuthenticationResponseJSON,
          ...this.expectedOf(expected),
          credential: {
            id: record.id,
            publicKey: new Uint8Array(Buffer.from(record.publicKey, 'base64url')),
            counter: record.counter,
            transports: [...record.transports],
          },
          requireUserVerification: this.isVerified,
        }),
      )
      if (!verified) throw new Unacceptable('The signature is not right.')
      const { newCounter, userVerified } = authenticationInfo
      const usedAt = Date.now()
      // of two copies of an authenticator that come at once, one finds that the other was faster
      if (!(await this.options.store.use(record.id, record.counter, newCounter, usedAt)))
        throw new Unacceptable('It was used, or removed, at the same time.')
      this.note(record.account, 'login', 'success', record.id)
      return {
        account: record.account,
        passkey: { ...record, counter: newCounter, usedAt },
        factors: [record.synced ? 'swk' : 'hwk', 'user', ...(userVerified ? ['mfa'] : [])],
      }
    } catch (error) {
      if (!isRefusal(error)) throw error
      this.note(record?.account, 'login', 'failure', record?.id, error)
      throw new CredentialsInvalid({ reason: 'the passkey was not accepted.' }, { cause: error })
    }
  }

  /** @returns the passkeys of an account, the oldest first */
  async list(account: string): Promise<readonly PasskeyRecord[]> {
    return this.options.store.list(account)
  }

  /**
   * Takes a passkey away from its account. Leave another way to log in.
   *
   * @param account the id of who is logged in
   * @param id of the passkey
   * @returns whether it was his
   */
  async remove(account: string, id: string): Promise<boolean> {
    const isGone = await this.options.store.remove(account, id)
    if (isGone) this.note(account, 'remove', 'success', id)
    return isGone
  }

  /** The challenge is a token that is good once: signed by the authenticator, it comes back. */
  private async challenge(
    purpose: string,
    account: string | undefined,
    binding: string,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const kept: Kept = { account: account ?? null }
    const token = await this.challenges.issue(purpose, kept, { lifetime: this.timeout / 1000, binding })
    return new Uint8Array(Buffer.from(token, 'base64url'))
  }

  private async expect(
    purpose: string,
    response: unknown,
    binding: string | undefined,
  ): Promise<Kept & { readonly challenge: string; readonly origin: string }> {
    const data = readClientData(response)
    if (data === undefined) throw new Unacceptable('It is no answer of an authenticator.')
    const { account } = await this.challenges.take<Kept>(purpose, data.challenge, binding)
    if (!this.party.accepts(data.origin)) throw new Unacceptable(`It was made for pages of ${data.origin}.`)
    // a frame of another site may show its owner something else than he sees (§13.4.2)
    if (data.crossOrigin) throw new Unacceptable('It was made in a frame of another site.')
    return { account, challenge: data.challenge, origin: data.origin }
  }

  private expectedOf({ challenge, origin }: { readonly challenge: string; readonly origin: string }): {
    expectedChallenge: string
    expectedOrigin: string
    expectedRPID: string
  } {
    return { expectedChallenge: challenge, expectedOrigin: origin, expectedRPID: this.party.id }
  }

  private async find(response: unknown, account: string | null): Promise<PasskeyRecord> {
    const id = memberOf(response, 'id')
    const record = typeof id === 'string' && id.length <= 1400 ? await this.options.store.find(id) : undefined
    if (record === undefined) throw new Unacceptable('The passkey is not known.')
    if (account !== null && record.account !== account)
      throw new Unacceptable('It is a passkey of another account.')
    const handle = memberOf(memberOf(response, 'response'), 'userHandle')
    const expected = Buffer.from(handleOf(record.account)).toString('base64url')
    // §7.2 step 6: one that the user has chosen says whose it is
    if (handle === undefined || handle === null ? account === null : handle !== expected)
      throw new Unacceptable('It is of another user.')
    return record
  }

  private note(
    actor: string | undefined,
    action: string,
    outcome: AuditEvent['outcome'],
    target?: string,
    error?: Error,
  ): void {
    const reason = error?.message
    recordAudit(this.options.audit, { type: 'auth.passkey', outcome, actor, action, target, reason })
  }
}

/** Why an answer was not accepted: for logs. */
class Unacceptable extends Error {}

function isRefusal(error: unknown): error is Error {
  return error instanceof Unacceptable || error instanceof OneTimeTokenInvalid
}

/** The package says by plain errors what is wrong with an answer; errors of stores are none of them. */
async function checked<T>(verifying: Promise<T>): Promise<T> {
  try {
    return await verifying
  } catch (error) {
    throw new Unacceptable((error as Error).message, { cause: error })
  }
}

/** What authenticators call an account: 32 bytes that tell nothing about it (§14.6.1). */
function handleOf(account: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(`corbel passkey user\n${account}`).digest())
}

function descriptorOf({ id, transports }: PasskeyRecord): { id: string; transports: string[] } {
  return { id, transports: [...transports] }
}
