import { BoundedMap, type MemoryBounds } from './bounded-map.js'
import type { RateLimitQuota, RateLimitState, RateLimitStore } from './rate-limit-store.js'

/** What is counted for one key; which of the members count depends on the algorithm. */
interface Usage {
  /** When the window began, or, of a bucket, when the level was taken. */
  since: number
  /** Used in the window, or in the bucket. */
  used: number
  /** Used in the window before. */
  before: number
}

/**
 * Counts in the memory of one process, with a bound. Where it is full, who was seen longest ago is forgotten: whoever has
 * very many addresses gains nothing by that, because each of them has a quota of its own anyway.
 */
export class MemoryRateLimitStore implements RateLimitStore {
  private readonly usage: BoundedMap<Usage>
  private readonly now: () => number

  /** @param bounds `maxEntries` (default 100 000, about 20 MB) and `now` */
  constructor({ maxEntries = 100_000, now = Date.now }: MemoryBounds = {}) {
    this.usage = new BoundedMap({ maxEntries, now })
    this.now = now
  }

  consume(key: string, cost: number, quota: RateLimitQuota): RateLimitState {
    const now = this.now()
    const known = this.usage.get(key)
    const usage = known === undefined ? begin(quota, now) : advance(known, quota, now)
    const state = weigh(usage, cost, quota, now)
    if (state.allowed) usage.used += cost
    // both windows of a sliding one are looked at
    this.usage.set(key, usage, usage.since + 2 * quota.window)
    return state
  }

  reset(key: string): void {
    this.usage.delete(key)
  }
}

function begin({ algorithm, window }: RateLimitQuota, now: number): Usage {
  // windows of a sliding one begin at the same times for everybody, so that all processes agree on them
  return { since: algorithm === 'sliding-window' ? now - (now % window) : now, used: 0, before: 0 }
}

function advance(usage: Usage, quota: RateLimitQuota, now: number): Usage {
  const { algorithm, limit, window } = quota
  const elapsed = now - usage.since
  if (algorithm === 'token-bucket') {
    const used = Math.max(0, usage.used - (elapsed * limit) / window)
    return { since: now, used, before: 0 }
  }
  if (elapsed < window) return usage
  const fresh = begin(quota, now)
  if (algorithm === 'sliding-window' && elapsed < 2 * window) fresh.before = usage.used
  return fresh
}

/** Shares are fractions: whoever comes back when he was told to is not refused for the last digit of one. */
const ROUNDING = 1e-6

/** What would be left; the same arithmetic runs as a script in Redis. */
function weigh(usage: Usage, cost: number, quota: RateLimitQuota, now: number): RateLimitState {
  const { algorithm, limit, window } = quota
  const elapsed = now - usage.since
  const fromBefore = algorithm === 'sliding-window' ? (usage.before * (window - elapsed)) / window : 0
  const allowed = usage.used + fromBefore + cost <= limit + ROUNDING
  const used = usage.used + (allowed ? cost : 0)
  return {
    allowed,
    remaining: Math.max(0, Math.floor(limit - used - fromBefore + ROUNDING)),
    resetAfter: Math.ceil(resetAfter(algorithm, used, usage, { limit, window, elapsed })),
    retryAfter: allowed ? 0 : Math.max(1, Math.ceil(retryAfter(usage, cost, quota, elapsed))),
  }
}

function resetAfter(
  algorithm: RateLimitQuota['algorithm'],
  used: number,
  { before }: Usage,
  { limit, window, elapsed }: { limit: number; window: number; elapsed: number },
): number {
  if (algorithm === 'token-bucket') return (used * window) / limit
  if (algorithm === 'fixed-window') return window - elapsed
  return used > 0 ? 2 * window - elapsed : before > 0 ? window - elapsed : 0
}

/** When there is room for the cost, if nothing else is used meanwhile. */
function retryAfter(usage: Usage, cost: number, quota: RateLimitQuota, elapsed: number): number {
  const { algorithm, limit, window } = quota
  if (algorithm === 'token-bucket') return ((usage.used + cost - limit) * window) / limit
  const untilNext = window - elapsed
  if (algorithm === 'fixed-window') return untilNext
  const room = limit - cost
  // in this window the share of the one before shrinks; in the next one, the share of this one does
  if (usage.used <= room) return untilNext - (Math.max(0, room - usage.used) * window) / usage.before
  return untilNext + window - (Math.max(0, room) * window) / usage.used
}
