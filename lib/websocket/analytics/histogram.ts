/** The upper bounds of the classes, in milliseconds; what is above the last has a class of its own. */
export const LATENCY_BOUNDS: readonly number[] = [
  0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000,
]

/** How often something took how long. Times are milliseconds. */
export interface LatencySnapshot {
  readonly count: number
  readonly sum: number
  readonly max: number
  /** Half of them were at most so long: the bound of the class that it is in, but never more than `max`. */
  readonly p50: number
  readonly p95: number
  readonly p99: number
  /** How many were at most as long as each of `LATENCY_BOUNDS`, those below included. */
  readonly buckets: readonly number[]
}

/** Counts durations by classes: a fixed amount of memory, and a few comparisons each. */
export class Histogram {
  private readonly counts = new Float64Array(LATENCY_BOUNDS.length + 1)
  private sum = 0
  private max = 0

  /** @param duration in milliseconds */
  add(duration: number): void {
    let at = 0
    // most are short: the first bounds decide
    while (at < LATENCY_BOUNDS.length && duration > LATENCY_BOUNDS[at]!) at++
    this.counts[at]!++
    this.sum += duration
    if (duration > this.max) this.max = duration
  }

  snapshot(): LatencySnapshot {
    const buckets: number[] = []
    let count = 0
    for (const one of this.counts) buckets.push((count += one))
    const quantile = (part: number): number => {
      const at = buckets.findIndex((below) => below >= count * part)
      return count === 0 ? 0 : Math.min(LATENCY_BOUNDS[at] ?? this.max, this.max)
    }
    const { sum, max } = this
    buckets.pop()
    return { count, sum, max, p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99), buckets }
  }
}
