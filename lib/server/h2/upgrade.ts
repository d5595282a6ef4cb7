import { HeaderList, UPGRADE, type Exchange, type ExchangeHandler } from '../../http/index.js'
import type { ProtocolHost } from '../protocol.js'
import type { WireSocket } from '../socket.js'
import type { H2Protocol } from './protocol.js'
import type { RequestHead } from './request-head.js'

/** Of the HTTP/1.1 connection, which is over. */
const LEFT_BEHIND = new Set([
  'connection',
  'upgrade',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'content-length',
])

/**
 * Makes a handler that changes to HTTP/2 where a client of HTTP/1.1 asks for it, and gives other requests on.
 *
 * @param h2 takes the connections
 * @param server has the handler for the others
 * @see RFC 7540 §3.2, which RFC 9113 has given up
 */
export function upgradeHandler(h2: H2Protocol, server: ProtocolHost): ExchangeHandler {
  return (exchange) => {
    const settings = settingsOf(exchange)
    if (settings === undefined) return server.handler(exchange)
    const feature = exchange.feature(UPGRADE)!
    const { remoteAddress, remotePort, localAddress, localPort } = exchange.connection
    const head = headOf(exchange)
    const { socket, head: rest } = feature.accept(new HeaderList())
    const connection = h2.connect(socket as WireSocket, {
      ends: { remoteAddress, remotePort, localAddress, localPort },
    })
    connection.upgraded(settings, head)
    if (rest.length > 0) connection.receive(Buffer.from(rest), false)
    return undefined
  }
}

/** The client's settings, if it asks for HTTP/2 in the way that it has to, and has no body on its way. */
function settingsOf(exchange: Exchange): Uint8Array | undefined {
  if (exchange.feature(UPGRADE)?.protocol.toLowerCase() !== 'h2c' || exchange.connection.encrypted)
    return undefined
  const { headers, body } = exchange
  const [text, ...more] = headers.getAll('http2-settings')
  if (text === undefined || more.length > 0 || body.length !== 0 || !/^[\w-]*$/.test(text)) return undefined
  const options =
    headers
      .get('connection')
      ?.toLowerCase()
      .split(/[ \t]*,[ \t]*/) ?? []
  if (!options.includes('http2-settings')) return undefined
  const payload = Buffer.from(text, 'base64url')
  return payload.length % 6 === 0 ? payload : undefined
}

function headOf({ method, target, authority, headers }: Exchange): RequestHead {
  const lines = headers.lines().filter(([name]) => !LEFT_BEHIND.has(name))
  return {
    method,
    path: target,
    authority,
    protocol: undefined,
    names: lines.map(([name]) => name),
    values: lines.map(([, value]) => value),
    contentLength: -1,
    expects: undefined,
    priority: headers.get('priority'),
  }
}
