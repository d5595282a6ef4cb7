import { createHash } from 'node:crypto'
import { HeaderList, UPGRADE, type Exchange, type UpgradeFeature } from '../../http/index.js'
import { agreeOnDeflate, type DeflateAgreement, type DeflateOptions } from './deflate-offer.js'
import { HandshakeInvalid, OriginForbidden, UpgradeRequired } from './errors.js'
import { parseExtensions } from './extension-header.js'

/** RFC 6455 §1.3: what is added to the key of the handshake. */
const KEY_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

const VERSION = '13'

/** 16 bytes in base64. */
const KEY = /^[A-Za-z0-9+/]{21}[AQgw]==$/

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** What a client is told that comes without asking for a WebSocket (RFC 9110 §15.5.22, RFC 6455 §4.4). */
const WANTED = { upgrade: 'websocket', 'sec-websocket-version': VERSION }

/** Which origins may connect: those named, all of them, or whatever a function says of one. */
export type AllowedOrigins = '*' | readonly string[] | ((origin: string) => boolean)

/** What a server wants of a handshake. */
export interface HandshakeOptions {
  /** Subprotocols that are spoken, best first; the client's first one that is among them is taken. Default none. */
  readonly protocols?: readonly string[]
  /**
   * Pages that may connect besides those of the endpoint's own host. Browsers let any page connect to any WebSocket, with the
   * user's cookies: without a check every site could act in the user's name. Default none; clients that are no browsers
   * send no origin, and may always.
   */
  readonly origins?: AllowedOrigins
  /** Compression of messages, or false for none. Default: on, each message for itself. */
  readonly deflate?: DeflateOptions | boolean
}

/** What was agreed on. */
export interface Handshake {
  readonly protocol: string | undefined
  readonly deflate: DeflateAgreement | undefined
  /** Fields of the answer. */
  readonly headers: HeaderList
  readonly upgrade: UpgradeFeature
}

/**
 * Checks a client's handshake, and decides what is answered.
 *
 * @param exchange of the request
 * @param options of the endpoint
 * @throws {CorbelError} CORBEL_WS_UPGRADE_REQUIRED (426) for other requests and other versions; CORBEL_WS_HANDSHAKE (400) for
 *   those against the rules; CORBEL_WS_ORIGIN (403) for pages of other sites
 * @see RFC 6455 §4.2, RFC 8441 §5: over HTTP/2 there is no key, and nothing to prove
 */
export function negotiateHandshake(exchange: Exchange, options: HandshakeOptions): Handshake {
  const upgrade = webSocketUpgrade(exchange)
  const { headers } = exchange
  if (upgrade === undefined || headers.get('sec-websocket-version') !== VERSION) {
    throw new UpgradeRequired({}, { headers: WANTED })
  }
  const answer = new HeaderList()
  if (upgrade.form === 'upgrade') {
    if (exchange.method !== 'GET') throw new HandshakeInvalid({ reason: 'its method is not GET' })
    const key = headers.get('sec-websocket-key')
    if (key === undefined || !KEY.test(key)) {
      throw new HandshakeInvalid({ reason: 'Sec-WebSocket-Key is not 16 bytes in base64' })
    }
    answer.set('upgrade', 'websocket').set('sec-websocket-accept', acceptKey(key))
  }
  checkOrigin(exchange, options.origins)
  const protocol = chooseProtocol(headers.get('sec-websocket-protocol'), options.protocols)
  if (protocol !== undefined) answer.set('sec-websocket-protocol', protocol)
  const deflate = chooseDeflate(headers.get('sec-websocket-extensions'), options.deflate ?? true)
  if (deflate !== undefined) answer.set('sec-websocket-extensions', deflate.header)
  return { protocol, deflate, headers: answer, upgrade }
}

/**
 * Proves that the handshake was understood.
 *
 * @param key of the client
 * @see RFC 6455 §4.2.2
 */
export function acceptKey(key: string): string {
  return createHash('sha1')
    .update(key + KEY_SUFFIX)
    .digest('base64')
}

function webSocketUpgrade(exchange: Exchange): UpgradeFeature | undefined {
  const upgrade = exchange.feature(UPGRADE)
  if (upgrade === undefined) return undefined
  const asked = upgrade.protocol.split(',').map((name) => name.trim().toLowerCase())
  return asked.includes('websocket') ? upgrade : undefined
}

function checkOrigin(exchange: Exchange, allowed: AllowedOrigins | undefined): void {
  const origin = exchange.headers.get('origin')
  if (origin === undefined || allowed === '*') return
  // RFC 6454 §6.2: `null` is the origin of pages that have none
  if (origin === `http://${exchange.authority}` || origin === `https://${exchange.authority}`) return
  if (typeof allowed === 'function' ? allowed(origin) : allowed?.includes(origin) === true) return
  throw new OriginForbidden({ origin })
}

function chooseProtocol(
  offered: string | undefined,
  spoken: readonly string[] | undefined,
): string | undefined {
  if (offered === undefined) return undefined
  const names = offered.split(',').map((name) => name.trim())
  if (!names.every((name) => TOKEN.test(name)) || new Set(names).size < names.length) {
    throw new HandshakeInvalid({ reason: 'Sec-WebSocket-Protocol is malformed, or names one twice' })
  }
  return names.find((name) => spoken?.includes(name))
}

function chooseDeflate(
  offered: string | undefined,
  options: DeflateOptions | boolean,
): DeflateAgreement | undefined {
  if (offered === undefined) return undefined
  const offers = parseExtensions(offered)
  if (offers === undefined) throw new HandshakeInvalid({ reason: 'Sec-WebSocket-Extensions is malformed' })
  return options === false ? undefined : agreeOnDeflate(offers, options === true ? {} : options)
}
