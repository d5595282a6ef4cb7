import type { BoundAddress } from '../engine.js'

/** What reaches a server that listens on all addresses; `localhost` might lead elsewhere. */
const LOOPBACK: Readonly<Record<string, string>> = { '::': '::1', '0.0.0.0': '127.0.0.1' }

/**
 * An address as a URL that clients on this machine can use.
 *
 * @param address where a server listens
 * @returns of wildcard addresses the loopback one; of a path `http+unix://` or `https+unix://` and the path, encoded
 */
export function urlOf({ host, port, path, secure }: BoundAddress): string {
  const scheme = secure ? 'https' : 'http'
  if (path !== undefined) return `${scheme}+unix://${encodeURIComponent(path)}`
  const reachable = LOOPBACK[host] ?? host
  return `${scheme}://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}
