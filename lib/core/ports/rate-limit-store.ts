import type { MaybePromise } from '../../common/index.js'
import { InjectionToken } from '../../di/index.js'

/** How requests are counted. */
export type RateLimitAlgorithm = 'fixed-window' | 'sliding-window' | 'token-bucket'

/** So much in so much time. */
export interface RateLimitQuota {
  readonly algorithm: RateLimitAlgorithm
  /** How much may be used: of a token bucket, how much it holds. */
  readonly limit: number
  /** In how many milliseconds: of a token bucket, in which it is filled anew. */
  readonly window: number
}

/** What is left of a quota. */
export interface RateLimitState {
  /** Whether there was enough: otherwise nothing was taken. */
  readonly allowed: boolean
  /** What is left, rounded down. */
  readonly remaining: number
  /** Milliseconds until all of it is there again. */
  readonly resetAfter: number
  /** Milliseconds until there is enough for what was asked; 0 where there was. */
  readonly retryAfter: number
}

/** Counts what is used of quotas: in memory, or where several processes see it. */
export interface RateLimitStore {
  /**
   * Takes from a quota, in one step, if there is enough.
   *
   * @param key who uses what: each has a quota of its own
   * @param cost how much, a whole number from 0: with 0 the state is told and nothing taken
   * @param quota how much there is
   */
  consume(key: string, cost: number, quota: RateLimitQuota): MaybePromise<RateLimitState>
  /** Forgets what was used: after a login that has succeeded, say. */
  reset(key: string): MaybePromise<void>
}

/** The application's store of limits; a module of a driver (`RedisModule`) provides it. */
export const RATE_LIMIT_STORE = new InjectionToken<RateLimitStore>('RATE_LIMIT_STORE')
