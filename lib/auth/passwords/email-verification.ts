import { MemoryCache, type Cache, type Mail, type Mailer } from '../../core/index.js'
import type { Duration } from '../duration.js'
import { OneTimeTokens } from '../one-time/one-time-tokens.js'
import { PostBox } from '../one-time/post-box.js'

/** The options of `EmailVerification`. */
export interface EmailVerificationOptions {
  readonly mailer: Mailer
  /** The page that posts the token. */
  readonly page: string | URL
  /** Where several processes see links and counts. In memory by default. */
  readonly cache?: Cache
  /** How long a link is good. Default 1 day. */
  readonly lifetime?: Duration
  /** How many messages one address gets in an hour. Default 3. */
  readonly perHour?: number
  /** Words the message. */
  readonly mail?: (to: string, link: string) => Mail
}

const PURPOSE = 'email verification'

/** Whose address has been shown to be his: note it only while the account still has this address. */
export interface VerifiedEmail {
  readonly id: string
  readonly address: string
}

/** Finds out whether an address belongs to the account that names it, by a link that is good once. */
export class EmailVerification {
  private readonly tokens: OneTimeTokens
  private readonly post: PostBox

  /** @param options see `EmailVerificationOptions` */
  constructor(private readonly options: EmailVerificationOptions) {
    const { cache = new MemoryCache({ maxEntries: 100_000 }), perHour = 3, mailer } = options
    this.tokens = new OneTimeTokens(cache)
    this.post = new PostBox(mailer, cache, perHour)
  }

  /**
   * @param id of the account
   * @param address as typed; what is no address gets no message
   * @throws {CorbelError} CORBEL_AUTH_LOCKED (429) for too many messages to one address
   */
  async request(id: string, address: unknown): Promise<void> {
    const to = await this.post.admit(address)
    if (to === undefined) return
    const content: VerifiedEmail = { id, address: to }
    const token = await this.tokens.issue(PURPOSE, content, { lifetime: this.options.lifetime ?? '1d' })
    const link = new URL(this.options.page)
    link.hash = `token=${token}`
    this.post.post((this.options.mail ?? verificationMail)(to, link.href))
  }

  /**
   * @param token what stands behind `#token=`
   * @throws {CorbelError} CORBEL_AUTH_ONE_TIME_INVALID (401)
   */
  confirm(token: unknown): Promise<VerifiedEmail> {
    return this.tokens.take<VerifiedEmail>(PURPOSE, token)
  }

  /** Waits for the messages that are being sent. */
  settled(): Promise<void> {
    return this.post.settled()
  }
}

function verificationMail(to: string, link: string): Mail {
  return { to, subject: 'Is this your address?', text: `Confirm your address here:\n\n${link}\n` }
}
