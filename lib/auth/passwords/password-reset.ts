import type { MaybePromise } from '../../common/index.js'
import { MemoryCache, type Cache, type Mail, type Mailer } from '../../core/index.js'
import { digest } from '../digest.js'
import type { Duration } from '../duration.js'
import { OneTimeTokenInvalid } from '../errors.js'
import { OneTimeTokens } from '../one-time/one-time-tokens.js'
import { PostBox } from '../one-time/post-box.js'
import type { PasswordAccount, PasswordLogin } from './password-login.js'

/** The options of `PasswordReset`. */
export interface PasswordResetOptions {
  readonly mailer: Mailer
  readonly passwords: Pick<PasswordLogin, 'change' | 'hash'>
  /** The account of an address; undefined for none. */
  find(address: string): MaybePromise<PasswordAccount | undefined>
  /** The account of an id, when its link comes back. */
  get(id: string): MaybePromise<PasswordAccount | undefined>
  /** The page that asks for the new password and posts it with the token. */
  readonly page: string | URL
  /** Where several processes see links and counts. In memory by default. */
  readonly cache?: Cache
  /** How long a link is good. Default 30 minutes. */
  readonly lifetime?: Duration
  /** How many messages one address gets in an hour. Default 3. */
  readonly perHour?: number
  /** Words the message. */
  readonly mail?: (to: string, link: string) => Mail
}

interface Content {
  readonly id: string
  readonly state: string
}

const PURPOSE = 'password reset'

/** A new password for who has forgotten his: by a link that is good once, and not any more once the password has changed. */
export class PasswordReset {
  private readonly tokens: OneTimeTokens
  private readonly post: PostBox

  /** @param options see `PasswordResetOptions` */
  constructor(private readonly options: PasswordResetOptions) {
    const { cache = new MemoryCache({ maxEntries: 100_000 }), perHour = 3, mailer } = options
    this.tokens = new OneTimeTokens(cache)
    this.post = new PostBox(mailer, cache, perHour)
  }

  /**
   * Sends a link. Answer the same whatever happens: "If there is an account, a mail is on its way."
   *
   * @param address as typed
   * @throws {CorbelError} CORBEL_AUTH_LOCKED (429) for too many messages to one address
   */
  async request(address: unknown): Promise<void> {
    const to = await this.post.admit(address)
    if (to === undefined) return
    const account = await this.options.find(to)
    const content = account === undefined ? null : { id: account.id, state: stateOf(account) }
    const token = await this.tokens.issue(PURPOSE, content, { lifetime: this.options.lifetime ?? '30m' })
    if (account === undefined) return
    const link = new URL(this.options.page)
    link.hash = `token=${token}`
    this.post.post((this.options.mail ?? resetMail)(to, link.href))
  }

  /**
   * Sets the new password. Nobody is logged in by it: a second factor is asked as always.
   *
   * @param token what stands behind `#token=`
   * @param password as typed
   * @returns the id of the account
   * @throws {CorbelError} CORBEL_AUTH_ONE_TIME_INVALID (401), CORBEL_PASSWORD_REFUSED (422; the link stays good)
   */
  async reset(token: unknown, password: string): Promise<string> {
    // a password that is refused must not cost the link
    await this.options.passwords.hash(password)
    const content = await this.tokens.take<Content | null>(PURPOSE, token)
    const account = content === null ? undefined : await this.options.get(content.id)
    if (account === undefined || stateOf(account) !== content?.state) throw new OneTimeTokenInvalid({})
    await this.options.passwords.change(account.id, password)
    return account.id
  }

  /** Waits for the messages that are being sent. */
  settled(): Promise<void> {
    return this.post.settled()
  }
}

function stateOf({ passwordHash = '' }: PasswordAccount): string {
  return digest(passwordHash)
}

function resetMail(to: string, link: string): Mail {
  return {
    to,
    subject: 'Your new password',
    text: `Choose a new password here:\n\n${link}\n\nIf it was not you who asked, do nothing.\n`,
  }
}
