import type { MaybePromise } from '../common/index.js'
import type { SessionStore } from '../core/index.js'
import { InjectionToken, type FactoryDependency, type ModuleImport } from '../di/index.js'
import type { CookieOptions } from '../http/index.js'
import { durationMs } from '../web/index.js'
import { SessionOptionsInvalid } from './errors.js'

/** Attributes of the session's cookie. It is always `HttpOnly`. */
export interface SessionCookieOptions extends Pick<
  CookieOptions,
  'domain' | 'path' | 'sameSite' | 'secure' | 'partitioned'
> {
  /**
   * Its name. Default `__Host-session`, which browsers take only over TLS, from this very host and for all paths;
   * `session` where the other attributes do not allow that.
   */
  readonly name?: string
}

/** The options of `SessionModule.forRoot`. */
export interface SessionModuleOptions {
  /**
   * Where sessions are kept: a store; `'cookie'` for the cookie itself, encrypted; `'signed-cookie'` for a cookie that
   * its owner can read but not change. Default: the store that a module provides as `SESSION_STORE` (`RedisModule`),
   * otherwise the memory of the process.
   */
  readonly store?: SessionStore | 'cookie' | 'signed-cookie'
  readonly cookie?: SessionCookieOptions
  /** How long a session lasts without being used: milliseconds, or text such as `'30m'`. Default 30 minutes. */
  readonly idleTimeout?: number | string
  /** How long it lasts at most, however much it is used. Default 12 hours. */
  readonly absoluteTimeout?: number | string
  /** Whether use prolongs it; runs of live queries for those who have a result are none. Default true; otherwise it ends `idleTimeout` after its last change. */
  readonly rolling?: boolean
  /** Whether it outlives the browser. Default false. */
  readonly persistent?: boolean
  /** The time in milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number
}

/** The options of `SessionModule.forRootAsync`. */
export interface SessionModuleAsyncOptions {
  readonly imports?: readonly ModuleImport[]
  // eslint-disable-next-line typescript/no-explicit-any -- the arguments are what `inject` names
  readonly useFactory: (...args: any[]) => MaybePromise<SessionModuleOptions>
  readonly inject?: readonly FactoryDependency[]
}

/** The options as they were given. */
export const SESSION_OPTIONS = new InjectionToken<SessionModuleOptions>('SESSION_OPTIONS')

/** Options with the defaults filled in. */
export interface SessionSettings {
  readonly name: string
  readonly cookie: CookieOptions
  /** Milliseconds. */
  readonly idleTimeout: number
  /** Milliseconds. */
  readonly absoluteTimeout: number
  readonly rolling: boolean
  readonly persistent: boolean
  readonly now: () => number
}

/**
 * Fills in defaults.
 *
 * @param options as given
 * @throws {CorbelError} CORBEL_SESSION_OPTIONS_INVALID
 */
export function sessionSettings(options: SessionModuleOptions): SessionSettings {
  const { name, ...attributes } = options.cookie ?? {}
  const cookie = { secure: true, sameSite: 'lax', path: '/', ...attributes, httpOnly: true } as const
  const fitsHost = cookie.secure && cookie.domain === undefined && cookie.path === '/'
  const settings = {
    name: name ?? (fitsHost ? '__Host-session' : 'session'),
    cookie,
    idleTimeout: time('idleTimeout', options.idleTimeout ?? '30m'),
    absoluteTimeout: time('absoluteTimeout', options.absoluteTimeout ?? '12h'),
    rolling: options.rolling ?? true,
    persistent: options.persistent ?? false,
    now: options.now ?? Date.now,
  }
  if (/^__host-/i.test(settings.name) && !fitsHost)
    throw new SessionOptionsInvalid({
      reason: `a cookie named ${settings.name} has to be secure, without domain and with path "/".`,
    })
  if (settings.idleTimeout > settings.absoluteTimeout)
    throw new SessionOptionsInvalid({ reason: 'idleTimeout is longer than absoluteTimeout.' })
  return settings
}

function time(option: string, value: number | string): number {
  let ms: number
  try {
    ms = durationMs(value)
  } catch (error) {
    throw new SessionOptionsInvalid({ reason: `${option}: ${(error as Error).message}` })
  }
  if (!Number.isFinite(ms) || ms <= 0)
    throw new SessionOptionsInvalid({ reason: `${option} has to be more than 0.` })
  return ms
}
