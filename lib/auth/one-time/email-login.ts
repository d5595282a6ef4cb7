import type { MaybePromise } from '../../common/index.js'
import { MemoryCache, type Cache, type Mail, type Mailer } from '../../core/index.js'
import type { Duration } from '../duration.js'
import { OneTimeTokenInvalid } from '../errors.js'
import { OneTimeCodes } from './one-time-codes.js'
import { OneTimeTokens } from './one-time-tokens.js'
import { PostBox } from './post-box.js'

/** The options of `EmailLogin`. */
export interface EmailLoginOptions {
  readonly mailer: Mailer
  /** The id of the account of an address; undefined for none: then nothing is sent, and nobody learns it. */
  find(address: string): MaybePromise<string | undefined>
  /** The page that a link leads to: it asks for a click and posts the token, since mail scanners follow links. */
  readonly page: string | URL
  /** Where several processes see links, codes and counts. In memory by default. */
  readonly cache?: Cache
  /** How long links and codes are good. Default 10 minutes. */
  readonly lifetime?: Duration
  /** How many messages one address gets in an hour. Default 5. */
  readonly perHour?: number
  /** Words the message with a link. */
  readonly linkMail?: (to: string, link: string) => Mail
  /** Words the message with a code. */
  readonly codeMail?: (to: string, code: string) => Mail
}

const LINK = 'login link'
const CODE = 'login code'

/** Login without a password: by a link or a code in a mail. Both are good once, for minutes, in the browser that has asked. */
export class EmailLogin {
  private readonly tokens: OneTimeTokens
  private readonly codes: OneTimeCodes
  private readonly post: PostBox

  /** @param options see `EmailLoginOptions` */
  constructor(private readonly options: EmailLoginOptions) {
    const {
      cache = new MemoryCache({ maxEntries: 100_000 }),
      lifetime = '10m',
      perHour = 5,
      mailer,
    } = options
    this.tokens = new OneTimeTokens(cache)
    this.codes = new OneTimeCodes({ cache, lifetime })
    this.post = new PostBox(mailer, cache, perHour)
  }

  /**
   * Sends a link. Answer the same whatever happens: "If there is an account, a mail is on its way."
   *
   * @param address as typed
   * @param binding `browserBinding` of the request
   * @throws {CorbelError} CORBEL_AUTH_LOCKED (429) for too many messages to one address
   */
  async sendLink(address: unknown, binding: string): Promise<void> {
    const to = await this.post.admit(address)
    if (to === undefined) return
    const id = await this.options.find(to)
    const token = await this.tokens.issue(LINK, id ?? null, {
      binding,
      lifetime: this.options.lifetime ?? '10m',
    })
    if (id === undefined) return
    const link = new URL(this.options.page)
    // behind the #: browsers send it to nobody, so that it stands in no log and no Referer
    link.hash = `token=${token}`
    this.post.post((this.options.linkMail ?? linkMail)(to, link.href))
  }

  /**
   * Uses a link up.
   *
   * @param token what stands behind `#token=`
   * @param binding `bindingOf` the request
   * @returns the id of the account
   * @throws {CorbelError} CORBEL_AUTH_ONE_TIME_INVALID (401)
   */
  takeLink(token: unknown, binding: string | undefined): Promise<string> {
    return this.tokens.take<string | null>(LINK, token, binding).then(known)
  }

  /**
   * Sends a code. Answer the same whatever happens.
   *
   * @param address as typed
   * @param binding `browserBinding` of the request
   * @throws {CorbelError} CORBEL_AUTH_LOCKED (429) for too many messages to one address
   */
  async sendCode(address: unknown, binding: string): Promise<void> {
    const to = await this.post.admit(address)
    if (to === undefined) return
    const id = await this.options.find(to)
    const code = await this.codes.issue(CODE, binding, id ?? null)
    if (id !== undefined) this.post.post((this.options.codeMail ?? codeMail)(to, code))
  }

  /**
   * Uses a code up.
   *
   * @param code as typed
   * @param binding `bindingOf` the request
   * @returns the id of the account
   * @throws {CorbelError} CORBEL_AUTH_ONE_TIME_INVALID (401)
   */
  takeCode(code: unknown, binding: string | undefined): Promise<string> {
    return this.codes.take<string | null>(CODE, binding, code).then(known)
  }

  /** Waits for the messages that are being sent. */
  settled(): Promise<void> {
    return this.post.settled()
  }
}

/** A code that was guessed for an address without an account logs nobody in. */
function known(id: string | null): string {
  if (id === null) throw new OneTimeTokenInvalid({})
  return id
}

function linkMail(to: string, link: string): Mail {
  return {
    to,
    subject: 'Your login link',
    text: `Open this link in the browser in which you asked for it:\n\n${link}\n`,
  }
}

function codeMail(to: string, code: string): Mail {
  return {
    to,
    subject: `${code} is your login code`,
    text: `Your login code is ${code}. Tell it to nobody.\n`,
  }
}
