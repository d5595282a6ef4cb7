/** When a worker that has ended is started again. Times are milliseconds. */
export interface CrashPolicyOptions {
  /** Before the first new start; twice as long before each further one. Default 100. */
  readonly firstDelay?: number
  /** The longest wait. Default 30 s. */
  readonly longestDelay?: number
  /** A worker that was ready for so long had no part in what happened before. Default 10 s. */
  readonly stableAfter?: number
  /** So many ends in a row before being ready are a crash loop. Default 5. */
  readonly mostBootCrashes?: number
}

/** How often one worker has ended lately, and what follows from it. */
export class CrashPolicy {
  private crashes = 0
  private bootCrashes = 0
  private readonly options: Required<CrashPolicyOptions>

  /** @param options see `CrashPolicyOptions` */
  constructor(options: CrashPolicyOptions = {}) {
    this.options = {
      firstDelay: 100,
      longestDelay: 30_000,
      stableAfter: 10_000,
      mostBootCrashes: 5,
      ...options,
    }
  }

  /** Ends in a row before being ready. */
  get bootCrashesInARow(): number {
    return this.bootCrashes
  }

  /** True if starting again seems to have no point. */
  get isLoop(): boolean {
    return this.bootCrashes >= this.options.mostBootCrashes
  }

  /**
   * Notes an end.
   *
   * @param readyFor ms for which the worker was ready; undefined if it never was
   * @returns ms to wait before it is started again
   */
  ended(readyFor: number | undefined): number {
    const { firstDelay, longestDelay, stableAfter } = this.options
    this.bootCrashes = readyFor === undefined ? this.bootCrashes + 1 : 0
    this.crashes = readyFor !== undefined && readyFor >= stableAfter ? 1 : this.crashes + 1
    return Math.min(firstDelay * 2 ** (this.crashes - 1), longestDelay)
  }
}
