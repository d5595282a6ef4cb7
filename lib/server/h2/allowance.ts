/** So many may come at once, and again within this time; ms. */
const REFILL_TIME = 10_000

/** Counts what clients may do often, but not all the time. */
export class Allowance {
  private left: number
  private at: number

  /**
   * @param most that may come at once
   * @param clock whose time it is
   */
  constructor(
    private readonly most: number,
    private readonly clock: { readonly now: number },
  ) {
    this.left = most
    this.at = clock.now
  }

  /** Takes one; false if none is left. */
  take(): boolean {
    if (--this.left >= 0) return true
    const { now } = this.clock
    const earned = ((now - this.at) / REFILL_TIME) * this.most
    if (earned < 1) return false
    this.at = now
    this.left = Math.min(this.most, Math.floor(earned)) - 1
    return true
  }

  /** Gives back: something was done that earns it. */
  give(count: number): void {
    this.left = Math.min(this.most, this.left + count)
  }
}
