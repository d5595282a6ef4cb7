import type { MaybePromise } from '../../common/index.js'
import type { RateLimitAlgorithm, RateLimitStore } from '../../core/index.js'
import { InjectionToken, type FactoryDependency, type ModuleImport } from '../../di/index.js'
import { durationMs, type HttpContext } from '../../web/index.js'
import { RateLimitInvalid } from '../errors.js'

/** Whose requests are counted together; undefined for a call that is not counted. */
export type RateLimitKey = (context: HttpContext) => string | undefined

/** One limit. */
export interface RateLimitRule {
  /** Its name in headers and keys: letters, digits, `-` and `_`. Default `default`. */
  readonly name?: string
  /** How many requests (or how much of their cost), or what a call may have by its plan: 0 lets none through. */
  readonly limit: number | ((context: HttpContext) => number)
  /** In which time: milliseconds, or text such as `'1m'`. */
  readonly window: number | string
  /**
   * `'sliding-window'` (the default) has no jump at the end of a window, `'fixed-window'` begins with the first request,
   * `'token-bucket'` allows a burst of `limit` and then a steady rate.
   */
  readonly algorithm?: RateLimitAlgorithm
  /**
   * Whose requests are counted together: the client's address (default), the user that a guard has found (the address for
   * nobody), all clients of a route, or what a function says.
   */
  readonly by?: 'ip' | 'user' | 'route' | RateLimitKey
  /** What a request costs: a whole number. Default 1. */
  readonly cost?: number | ((context: HttpContext) => number)
  /** Whether each route counts for itself. Default true for `@RateLimit`, false for limits of the application. */
  readonly perRoute?: boolean
}

/** The options of `RateLimitModule.forRoot`. */
export interface RateLimitModuleOptions {
  /** What all routes have, unless they have limits of the same names or `@SkipRateLimit`. */
  readonly limits?: readonly RateLimitRule[]
  /** Where it is counted. Default: what a module provides as `RATE_LIMIT_STORE`, otherwise the memory of the process. */
  readonly store?: RateLimitStore
  /** Calls that are not counted. */
  readonly skip?: (context: HttpContext) => boolean
}

/** The options of `RateLimitModule.forRootAsync`. */
export interface RateLimitModuleAsyncOptions {
  readonly imports?: readonly ModuleImport[]
  // eslint-disable-next-line typescript/no-explicit-any -- the arguments are what `inject` names
  readonly useFactory: (...args: any[]) => MaybePromise<RateLimitModuleOptions>
  readonly inject?: readonly FactoryDependency[]
}

/** The options as they were given. */
export const RATE_LIMIT_OPTIONS = new InjectionToken<RateLimitModuleOptions>('RATE_LIMIT_OPTIONS')

/** A rule with the defaults filled in. */
export interface CompiledRule {
  readonly name: string
  readonly limitOf: (context: HttpContext) => number
  /** Milliseconds. */
  readonly window: number
  readonly algorithm: RateLimitAlgorithm
  readonly by: 'ip' | 'user' | 'route' | RateLimitKey
  readonly costOf: (context: HttpContext) => number
  /** Stands in front of keys. */
  readonly prefix: string
}

/**
 * Checks a rule and fills in defaults.
 *
 * @param rule as given
 * @param route of the endpoint
 * @param perRoute where the rule does not say
 * @throws {CorbelError} CORBEL_RATE_LIMIT_INVALID
 */
export function compileRule(rule: RateLimitRule, route: string, perRoute: boolean): CompiledRule {
  const { name = 'default', limit, algorithm = 'sliding-window', by = 'ip', cost = 1 } = rule
  const fail = (problem: string): Error => new RateLimitInvalid({ name, route, problem })
  if (!/^[\w-]+$/.test(name)) throw fail('its name has other characters than letters, digits, - and _.')
  if (typeof limit === 'number' && !isCount(limit)) throw fail('its limit is no whole number from 0.')
  if (typeof cost === 'number' && !isCount(cost)) throw fail('its cost is no whole number from 0.')
  const window = windowOf(rule.window)
  if (window === undefined) throw fail('its window is no time of 1 ms or more.')
  const isOwn = by === 'route' || (rule.perRoute ?? perRoute)
  return {
    name,
    limitOf: typeof limit === 'number' ? () => limit : limit,
    window,
    algorithm,
    by,
    costOf: typeof cost === 'number' ? () => cost : cost,
    prefix: isOwn ? `${name}:${route}:` : `${name}:`,
  }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

function windowOf(window: number | string): number | undefined {
  try {
    const ms = durationMs(window)
    return Number.isFinite(ms) && ms >= 1 ? Math.floor(ms) : undefined
  } catch {
    return undefined
  }
}
