import type { ArgumentsHost } from '../pipeline/index.js'

/** Where a call keeps who makes it. */
interface Carrier {
  user?: unknown
}

/**
 * Notes who makes a call: as `user` on the HTTP request, or on the client of a WebSocket.
 *
 * @param host the call
 * @param principal a user, the claims of a token …
 */
export function attachPrincipal(host: ArgumentsHost, principal: unknown): void {
  carrierOf(host).user = principal
}

/**
 * Who makes a call, as a guard has found out.
 *
 * @param host the call
 * @returns undefined if nobody is logged in
 */
export function principalOf(host: ArgumentsHost): unknown {
  return carrierOf(host).user
}

/**
 * The Authorization header with which a call (or the connection that it came by) was made.
 *
 * @param host the call
 */
export function authorizationOf(host: ArgumentsHost): string | undefined {
  const holder = carrierOf(host) as Carrier & Headed & { handshake?: Headed; request?: Headed }
  const headers = holder.headers ?? holder.handshake?.headers ?? holder.request?.headers
  const value = headers?.['authorization']
  return typeof value === 'string' ? value : undefined
}

interface Headed {
  readonly headers?: Readonly<Record<string, unknown>>
}

function carrierOf(host: ArgumentsHost): Carrier {
  switch (host.getType()) {
    case 'http':
      return host.switchToHttp().getRequest<Carrier>()
    case 'ws':
      return host.switchToWs().getClient<Carrier>()
    default:
      return host.switchToRpc().getContext<Carrier>()
  }
}
