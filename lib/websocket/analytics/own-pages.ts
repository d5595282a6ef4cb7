import type { CanActivate, ExecutionContext } from '../../pipeline/index.js'
import type { HttpContext } from '../../web/index.js'
import { WebSocketAdminForeign } from './errors.js'

/**
 * Refuses what pages of other sites make browsers send, whatever the other guards go by: forms cannot send JSON, scripts of other
 * origins may not without being allowed to (CORS), and browsers say where a request comes from.
 *
 * @see Fetch Metadata (W3C) §2.3, Fetch §3.2
 */
export class OwnPages implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { exchange, request } = context as unknown as HttpContext
    const { headers } = exchange
    const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
    const site = headers.get('sec-fetch-site')
    const origin = headers.get('origin')
    const isForeign =
      site === undefined
        ? origin !== undefined && !isOwn(origin, request.host ?? '')
        : site !== 'same-origin' && site !== 'none'
    if (isForeign || type !== 'application/json') throw new WebSocketAdminForeign({})
    return true
  }
}

function isOwn(origin: string, host: string): boolean {
  return origin === `http://${host}` || origin === `https://${host}`
}
