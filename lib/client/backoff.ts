import type { ReconnectOptions } from './types.js'

/** Codes with which a server says that it is worth trying again; 1005 and 1006 are those of connections that got lost. */
const TEMPORARY = new Set([1001, 1005, 1006, 1011, 1012, 1013, 1014, 1015])

/** The server did not take the token, or it has expired. */
export const UNAUTHENTICATED = 4401

/**
 * How long to wait before an attempt: between a half and the whole of a time that doubles, so that clients that were lost
 * together do not come back together.
 *
 * @param attempt 1 for the first
 * @param options the bounds
 */
export function delayBefore(attempt: number, options: ReconnectOptions): number {
  const { minDelay = 500, maxDelay = 30_000 } = options
  const longest = Math.min(maxDelay, minDelay * 2 ** (attempt - 1))
  return Math.round(longest * (0.5 + Math.random() / 2))
}

/**
 * Whether a server that has closed may be asked again: not after 1000, 1008 and others that say no, nor after codes of its own.
 *
 * @param code of the close frame
 * @see RFC 6455 §7.4.1
 */
export function isTemporary(code: number): boolean {
  return TEMPORARY.has(code)
}
