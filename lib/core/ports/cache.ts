import { InjectionToken } from '../../di/index.js'
import { BoundedMap, type MemoryBounds } from './bounded-map.js'

/**
 * Keeps values for a while: in memory, or where several processes see them. Keys are text of any length, values are what
 * JSON has; who reads a value gets one of its own. Times are in milliseconds.
 */
export interface Cache {
  /** @returns undefined if there is no value, or it has expired */
  get<T>(key: string): Promise<T | undefined>
  /**
   * @param key of the value
   * @param value anything that JSON has
   * @param ttl milliseconds until it expires; never, if left out
   */
  set(key: string, value: unknown, ttl?: number): Promise<void>
  /** @returns whether there was a value */
  delete(key: string): Promise<boolean>
  /**
   * Sets a value if there is none: of several callers at once, one succeeds.
   *
   * @param key of the value
   * @param value anything that JSON has
   * @param ttl milliseconds until it expires
   * @returns whether it was set
   */
  add(key: string, value: unknown, ttl?: number): Promise<boolean>
  /**
   * Counts, in one step.
   *
   * @param key of the counter, which begins at 0
   * @param options `by`: what is added, a whole number, 1 by default; `ttl`: milliseconds until the counter expires,
   *   counted from its first increment: later ones do not prolong it
   * @returns the count afterwards
   */
  increment(key: string, options?: { readonly by?: number; readonly ttl?: number }): Promise<number>
  /**
   * Gets a value and deletes it, in one step: of several callers at once, one gets it.
   *
   * @returns undefined if there is no value, or it has expired
   */
  take<T>(key: string): Promise<T | undefined>
}

/** The application's cache; a module of a driver (`RedisModule`) provides it. */
export const CACHE = new InjectionToken<Cache>('CACHE')

/** A cache in the memory of one process, with a bound: where it is full, what was used longest ago is forgotten. */
export class MemoryCache implements Cache {
  // text, so that nobody changes what others will read
  private readonly values: BoundedMap<string>
  private readonly now: () => number

  /** @param bounds `maxEntries` (default 10 000) and `now` */
  constructor(bounds: MemoryBounds = {}) {
    this.values = new BoundedMap(bounds)
    this.now = bounds.now ?? Date.now
  }

  async get<T>(key: string): Promise<T | undefined> {
    return parsed<T>(this.values.get(key))
  }

  async set(key: string, value: unknown, ttl?: number): Promise<void> {
    this.values.set(key, JSON.stringify(value), this.endOf(ttl))
  }

  async delete(key: string): Promise<boolean> {
    return this.values.delete(key)
  }

  async add(key: string, value: unknown, ttl?: number): Promise<boolean> {
    if (this.values.get(key) !== undefined) return false
    this.values.set(key, JSON.stringify(value), this.endOf(ttl))
    return true
  }

  async increment(
    key: string,
    { by = 1, ttl }: { readonly by?: number; readonly ttl?: number } = {},
  ): Promise<number> {
    const count = Number(this.values.get(key) ?? 0) + by
    if (!this.values.replace(key, String(count))) this.values.set(key, String(count), this.endOf(ttl))
    return count
  }

  async take<T>(key: string): Promise<T | undefined> {
    const text = this.values.get(key)
    this.values.delete(key)
    return parsed<T>(text)
  }

  private endOf(ttl: number | undefined): number {
    return ttl === undefined ? Infinity : this.now() + ttl
  }
}

function parsed<T>(text: string | undefined): T | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as T)
}
