import { callerOf } from '../core/index.js'
import type { ArgumentsHost } from '../pipeline/index.js'

export { attachPrincipal, principalOf, type Principal } from '../core/index.js'

/**
 * The Authorization header with which a call (or the connection that it came by) was made.
 *
 * @param host the call
 */
export function authorizationOf(host: ArgumentsHost): string | undefined {
  const holder = callerOf(host) as Headed & { handshake?: Headed; request?: Headed }
  const headers = holder.headers ?? holder.handshake?.headers ?? holder.request?.headers
  const value = headers?.['authorization']
  return typeof value === 'string' ? value : undefined
}

interface Headed {
  readonly headers?: Readonly<Record<string, unknown>>
}
