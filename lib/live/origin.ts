import { createHash } from 'node:crypto'
import type { ConnectionInfo, HttpRequest } from '../http/index.js'

/** Who asks for a live query, and with what: each run is made as if this client asked again. */
export interface LiveOrigin {
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly connection: ConnectionInfo
  readonly scheme: 'http' | 'https'
  readonly authority: string
  /** Of the client, as far as trusted proxies say so. */
  readonly address: string
  /** Equal for those whose requests cannot be told apart. */
  readonly identity: string
}

/** What is of a request and its connection alone: of another one it would be wrong. */
const OF_ONE_REQUEST = new Set([
  'accept',
  'accept-encoding',
  'connection',
  'content-length',
  'content-type',
  'expect',
  'http2-settings',
  'keep-alive',
  'last-event-id',
  'proxy-connection',
  'range',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])
const OF_ONE_REQUEST_TOO = /^(?:if-|sec-websocket-)/

/** What differs from request to request and says nothing of who asks. */
const NEUTRAL = new Set([
  'baggage',
  'cache-control',
  'pragma',
  'priority',
  'traceparent',
  'tracestate',
  'x-correlation-id',
  'x-request-id',
])

const ACCEPT = 'application/json, */*;q=0.1'

/**
 * Takes from a request what runs of live queries are made with.
 *
 * @param request of the stream of events, or of the WebSocket
 * @param more headers that take the place of its own
 */
export function originOf(
  request: HttpRequest,
  more: Readonly<Record<string, string | undefined>> = {},
): LiveOrigin {
  const { exchange, ip } = request
  const { connection, scheme, authority } = exchange
  const added = Object.entries(more).flatMap(([name, value]) =>
    value === undefined ? [] : [[name.toLowerCase(), value] as const],
  )
  const replaced = new Set(added.map(([name]) => name))
  const own = exchange.headers
    .lines()
    .filter(([name]) => !OF_ONE_REQUEST.has(name) && !OF_ONE_REQUEST_TOO.test(name) && !replaced.has(name))
  const headers = [...own, ...added, ['accept', ACCEPT] as const]
  const told = headers.filter(([name]) => !NEUTRAL.has(name))
  const identity = createHash('sha256')
    .update(JSON.stringify([scheme, authority, wireOf(connection), told]))
    .digest('base64url')
  return { headers, connection, scheme, authority, address: ip, identity }
}

/** What guards may go by besides the request: who is at the other end, at which of our doors, and how that was found out. */
function wireOf({ remoteAddress, localAddress, localPort, tls }: ConnectionInfo): unknown {
  if (tls === undefined) return [remoteAddress, localAddress, localPort]
  const { protocol, cipher, serverName, authorized, peerCertificate } = tls
  const shown = [protocol, cipher, serverName, authorized, peerCertificate?.fingerprint256]
  return [remoteAddress, localAddress, localPort, ...shown]
}
