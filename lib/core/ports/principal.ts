import type { ArgumentsHost } from '../../pipeline/index.js'

/**
 * Who makes a call, in whatever way he has shown it. Roles, permissions and scopes are what rules of authorization read; an
 * application's own members go into `claims`.
 */
export interface Principal {
  /** What identifies him for good: the id of an account, the `sub` of a token. */
  readonly id: string
  /** The name of the strategy that has recognised him. */
  readonly strategy: string
  readonly roles?: readonly string[]
  readonly permissions?: readonly string[]
  /** What this credential may be used for; undefined where it is not limited. */
  readonly scopes?: readonly string[]
  /** Whose data he works with, where an application serves several. */
  readonly tenant?: string
  /** How he has shown who he is, in the words of RFC 8176: `pwd`, `otp`, `hwk` … */
  readonly factors?: readonly string[]
  /** When he did, in milliseconds since 1970; undefined where nobody knows. */
  readonly authenticatedAt?: number
  /** What else the credential says. */
  readonly claims: Readonly<Record<string, unknown>>
}

/** Where a call keeps who makes it. */
interface Carrier {
  user?: unknown
}

/**
 * Notes who makes a call: as `user` on the HTTP request, or on the client of a WebSocket.
 *
 * @param host the call
 * @param principal a `Principal`, or what guards of the application's own have instead
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

/** A call may keep it itself: no request object has to be made for it then. */
function carrierOf(host: ArgumentsHost): Carrier {
  return 'user' in host ? host : callerOf(host)
}

/**
 * What stands for the client of a call: the HTTP request, the client of a WebSocket, the context of a message.
 *
 * @param host the call
 */
export function callerOf(host: ArgumentsHost): Carrier {
  switch (host.getType()) {
    case 'http':
      return host.switchToHttp().getRequest<Carrier>()
    case 'ws':
      return host.switchToWs().getClient<Carrier>()
    default:
      return host.switchToRpc().getContext<Carrier>()
  }
}
