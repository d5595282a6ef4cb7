import { Logger } from '../../../core/index.js'

const logger = new Logger('WebSockets')

/** Failures that come and go are told no more often than so many ms. */
const TELL_EVERY_MS = 60_000

/** Tells once that others are not reached, and once that they are again. */
export class Failures {
  /** Orders that others did not get. */
  lost = 0
  /** Messages that were none. */
  rejected = 0
  /** Answers that did not come in time. */
  unanswered = 0
  private since: number | undefined
  private isTold = false
  private toldAt = -Infinity

  /** @param now ms */
  constructor(private readonly now: () => number) {}

  get isFailing(): boolean {
    return this.since !== undefined
  }

  failed(records: number, error: unknown): void {
    if (this.since === undefined) this.begin(error)
    this.lost += records
  }

  succeeded(): void {
    if (this.since === undefined) return
    if (this.isTold)
      logger.log(
        `Members of other processes are reached again; they did not get ${this.lost - this.since} orders.`,
      )
    this.since = undefined
  }

  /** Somebody else's, or a damaged one: told once. */
  reject(channel: string, reason: string): void {
    if (this.rejected++ > 0) return
    logger.warn(
      `A message on "${channel}" is ignored: ${reason} Processes of one cluster have to run the same version; other ` +
        'applications need another cluster.name.',
    )
  }

  silent(count: number): void {
    if (count === 0) return
    if (this.unanswered === 0)
      logger.warn(`${count} of the other processes did not answer in time: what they have is left out.`)
    this.unanswered += count
  }

  private begin(error: unknown): void {
    this.since = this.lost
    const now = this.now()
    this.isTold = now - this.toldAt >= TELL_EVERY_MS
    if (!this.isTold) return
    this.toldAt = now
    const reason = error instanceof Error ? error.message : String(error)
    logger.warn(
      `Members of other processes are not reached: ${reason} What is sent to them meanwhile is lost.`,
    )
  }
}
