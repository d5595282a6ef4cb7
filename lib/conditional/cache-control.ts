import { durationMs } from '../web/index.js'

/** The directives of `Cache-Control`. Times are milliseconds, or text such as `'1h'`. */
export interface CacheControlOptions {
  /** Shared caches may keep it, also where it would not be allowed otherwise (`Authorization`). */
  readonly public?: boolean
  /** Only the client's own cache may keep it. */
  readonly private?: boolean
  /** How long it is fresh. */
  readonly maxAge?: number | string
  /** The same for shared caches. */
  readonly sharedMaxAge?: number | string
  /** May be kept, but not used without asking. */
  readonly noCache?: boolean
  /** May not be kept. */
  readonly noStore?: boolean
  /** May not be changed on its way; it is not compressed either. */
  readonly noTransform?: boolean
  /** Once it is stale it may not be used without asking. */
  readonly mustRevalidate?: boolean
  /** The same for shared caches. */
  readonly proxyRevalidate?: boolean
  /** Only for caches that know the rules of the status. */
  readonly mustUnderstand?: boolean
  /** Never changes while it is fresh. */
  readonly immutable?: boolean
  /** How long it may be used stale while a new one is got. */
  readonly staleWhileRevalidate?: number | string
  /** How long it may be used stale where the server fails. */
  readonly staleIfError?: number | string
}

/** A value, or what is wrong with it. */
export interface CacheControlValue {
  readonly text: string
  readonly problem: string | undefined
}

const FLAGS = {
  public: 'public',
  private: 'private',
  noCache: 'no-cache',
  noStore: 'no-store',
  noTransform: 'no-transform',
  mustRevalidate: 'must-revalidate',
  proxyRevalidate: 'proxy-revalidate',
  mustUnderstand: 'must-understand',
  immutable: 'immutable',
} as const

const TIMES = {
  maxAge: 'max-age',
  sharedMaxAge: 's-maxage',
  staleWhileRevalidate: 'stale-while-revalidate',
  staleIfError: 'stale-if-error',
} as const

/**
 * Writes the value of `Cache-Control`.
 *
 * @param options directives, or text, which is taken as it is
 * @returns the text, and what is wrong with it if something is
 */
export function cacheControlValue(options: CacheControlOptions | string): CacheControlValue {
  if (typeof options === 'string')
    return { text: options, problem: options === '' ? 'says nothing' : undefined }
  const parts: string[] = []
  let problem = contradiction(options)
  for (const [name, directive] of Object.entries(FLAGS))
    if (options[name as keyof typeof FLAGS] === true) parts.push(directive)
  for (const [name, directive] of Object.entries(TIMES)) {
    const value = options[name as keyof typeof TIMES]
    if (value === undefined) continue
    const seconds = secondsOf(value)
    if (seconds === undefined) problem ??= `${name} cannot be ${value}: milliseconds, or text such as '1h'`
    parts.push(`${directive}=${seconds ?? 0}`)
  }
  const unknown = Object.keys(options).find((name) => !(name in FLAGS) && !(name in TIMES))
  if (unknown !== undefined) problem ??= `does not know ${unknown}`
  return { text: parts.join(', '), problem: problem ?? (parts.length === 0 ? 'says nothing' : undefined) }
}

function contradiction(options: CacheControlOptions): string | undefined {
  if (options.public === true && options.private === true) return 'cannot be public and private'
  if (options.noStore === true && (options.maxAge !== undefined || options.immutable === true))
    return 'cannot be kept for a time (maxAge, immutable) and not at all (noStore)'
  return undefined
}

function secondsOf(value: number | string): number | undefined {
  try {
    const seconds = Math.floor(durationMs(value) / 1_000)
    return seconds >= 0 && Number.isSafeInteger(seconds) ? seconds : undefined
  } catch {
    return undefined
  }
}
