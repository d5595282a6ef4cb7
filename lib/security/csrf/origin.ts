import { forwardedHost } from '../../http/index.js'
import type { HttpContext } from '../../web/index.js'

/** Which page a request comes from, as far as the browser says: one of ours, another one, or nobody knows. */
export type Source = 'own' | 'foreign' | 'opaque' | 'unsaid'

/**
 * Reads what browsers say of where a request comes from. Scripts of a page cannot set these headers.
 *
 * @param context of the request
 * @param trusted origins that count as ours
 * @returns `opaque` where the browser has said `null`: sandboxed frames, and pages that hide where they are
 * @see Fetch Metadata (W3C) §2.3: `same-site` is another host of the domain, which is not ours; Fetch §3.2 for `null`
 */
export function sourceOf(context: HttpContext, trusted: ReadonlySet<string>): Source {
  const { headers } = context.exchange
  const origin = headers.get('origin')
  if (origin !== undefined && trusted.has(origin)) return 'own'
  const site = headers.get('sec-fetch-site')
  // `none`: the user himself, by typing or a bookmark
  if (site !== undefined) return site === 'same-origin' || site === 'none' ? 'own' : 'foreign'
  if (origin === undefined) return 'unsaid'
  if (origin === 'null') return 'opaque'
  return isOwn(origin, context) ? 'own' : 'foreign'
}

/** Without Fetch Metadata, host and port have to be ours; and the scheme, where it is known to be TLS. */
function isOwn(origin: string, context: HttpContext): boolean {
  const [, scheme, host] = /^(https?):\/\/([^/?#\s]+)$/.exec(origin) ?? []
  if (scheme === undefined || host === undefined) return false
  const own = withoutDefaultPort(forwardedHost(context.exchange, context.proxies).toLowerCase(), scheme)
  if (own === '' || host !== own) return false
  return scheme === 'https' || !context.isSecure
}

/** Origins leave the default port out; `Host` may have it. */
function withoutDefaultPort(host: string, scheme: string): string {
  const port = scheme === 'https' ? ':443' : ':80'
  return host.endsWith(port) ? host.slice(0, -port.length) : host
}
