import { Logger, mailAddress, type Cache, type Mail, type Mailer } from '../../core/index.js'
import { digest } from '../digest.js'
import { AuthLocked } from '../errors.js'

const HOUR = 3_600_000

/**
 * Sends the messages of logins: not more than some to one address, and without anybody waiting for it, since the time that
 * a message takes would tell which addresses have an account.
 */
export class PostBox {
  private readonly logger = new Logger('Authentication')
  private readonly going = new Set<Promise<void>>()

  /**
   * @param mailer sends
   * @param cache counts
   * @param perHour messages to one address in an hour
   */
  constructor(
    private readonly mailer: Mailer,
    private readonly cache: Cache,
    private readonly perHour: number,
  ) {}

  /**
   * Counts a message, whether there is an account or not.
   *
   * @param to as typed
   * @returns the address; undefined if it is none
   * @throws {CorbelError} CORBEL_AUTH_LOCKED (429)
   */
  async admit(to: unknown): Promise<string | undefined> {
    const address = mailAddress(to)
    if (address === undefined) return undefined
    const count = await this.cache.increment(`mails:${digest(address.toLowerCase())}`, { ttl: HOUR })
    if (count > this.perHour) throw new AuthLocked({ seconds: 3600 }, { headers: { 'Retry-After': '3600' } })
    return address
  }

  /** Sends a message; failures are logged. */
  post(mail: Mail): void {
    const sending = this.mailer
      .send(mail)
      .catch((error: unknown) => this.logger.error('A message of a login could not be sent.', String(error)))
      .finally(() => this.going.delete(sending))
    this.going.add(sending)
  }

  /** Waits for what is being sent. */
  async settled(): Promise<void> {
    await Promise.all(this.going)
  }
}
