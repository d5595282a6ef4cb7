import type { Exchange } from './exchange.js'
import { parseForwarded, type ForwardedHop } from './forwarded-header.js'

/** Decides whether an address is that of a proxy which is believed; `hop` counts from 0, the nearest. */
export type Trusts = (address: string, hop: number) => boolean

/** Whose word on the client counts, and where it stands. */
export interface ProxyTrust {
  readonly trusts: Trusts
  /**
   * The one kind of header that the proxies write: what stands in the other kind is the client's own, which they pass on.
   * `X-Forwarded-For`, `-Proto` and `-Host`, or `Forwarded` (RFC 7239).
   */
  readonly header: 'x-forwarded' | 'forwarded'
}

/**
 * The addresses that a request has come through, the nearest first, up to and with the first that is not trusted: the
 * client's, as far as can be known. What is no address ends them.
 *
 * @param exchange the request
 * @param proxies whose word counts; undefined for nobody's
 */
export function addressChain(exchange: Exchange, proxies: ProxyTrust | undefined): readonly string[] {
  const peer = exchange.connection.remoteAddress
  if (proxies === undefined || !proxies.trusts(peer, 0)) return [peer]
  return chainOf(peer, namedAddresses(exchange, proxies), proxies)
}

/**
 * The protocol that the client used, as the farthest trusted proxy says.
 *
 * @param exchange the request
 * @param proxies whose word counts
 */
export function forwardedProtocol(exchange: Exchange, proxies: ProxyTrust | undefined): 'http' | 'https' {
  const named = forwardedValue(exchange, proxies, 'proto')?.toLowerCase()
  return named === 'http' || named === 'https' ? named : exchange.scheme
}

/**
 * The host that the client asked for, with its port if it has one, as the farthest trusted proxy says.
 *
 * @param exchange the request
 * @param proxies whose word counts
 */
export function forwardedHost(exchange: Exchange, proxies: ProxyTrust | undefined): string {
  const named = forwardedValue(exchange, proxies, 'host')
  return named !== undefined && HOST.test(named) ? named : exchange.authority
}

/** A host and a port, and nothing that could end one in a URL or a header (RFC 9110 §7.2). */
const HOST = /^(?:\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i

/** Each proxy adds what it knows at the end: of what trusted ones have added, the first is about the client. */
function forwardedValue(
  exchange: Exchange,
  proxies: ProxyTrust | undefined,
  part: 'proto' | 'host',
): string | undefined {
  if (proxies === undefined) return undefined
  const peer = exchange.connection.remoteAddress
  if (!proxies.trusts(peer, 0)) return undefined
  if (proxies.header === 'forwarded') {
    const hops = forwardedHops(exchange)
    const count = trustedIn(chainOf(peer, addressesOf(hops), proxies), proxies)
    return hops.slice(0, count).findLast((hop) => hop[part] !== undefined)?.[part]
  }
  const values = listed(exchange.headers.get(`x-forwarded-${part}`))
  if (values.length < 2) return values[0]
  const count = trustedIn(chainOf(peer, namedAddresses(exchange, proxies), proxies), proxies)
  return values[Math.min(count, values.length) - 1]
}

function chainOf(
  peer: string,
  named: readonly (string | undefined)[],
  { trusts }: ProxyTrust,
): readonly string[] {
  const chain = [peer]
  for (const address of named) {
    if (address === undefined || !trusts(chain.at(-1)!, chain.length - 1)) break
    chain.push(address)
  }
  return chain
}

function trustedIn(chain: readonly string[], { trusts }: ProxyTrust): number {
  const end = chain.findIndex((address, hop) => !trusts(address, hop))
  return end === -1 ? chain.length : end
}

/** The nearest first; undefined for what is no address. */
function namedAddresses(exchange: Exchange, { header }: ProxyTrust): readonly (string | undefined)[] {
  if (header === 'forwarded') return addressesOf(forwardedHops(exchange))
  return listed(exchange.headers.get('x-forwarded-for')).map((one) => plainAddress(one))
}

function addressesOf(hops: readonly ForwardedHop[]): readonly (string | undefined)[] {
  return hops.map((hop) => (hop.for === undefined ? undefined : plainAddress(hop.for)))
}

function forwardedHops(exchange: Exchange): readonly ForwardedHop[] {
  return parseForwarded(exchange.headers.get('forwarded') ?? '').toReversed()
}

/** The values of a list, the last first. */
function listed(header: string | undefined): readonly string[] {
  if (header === undefined) return []
  const values = header.split(',').map((one) => one.trim())
  return values.filter((one) => one !== '').reverse()
}

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/

/** `203.0.113.7:4711` and `[2001:db8::1]:4711` without ports and brackets; undefined for names and nonsense. */
function plainAddress(text: string): string | undefined {
  const [, inside] = /^\[([^\]]*)\](?::\d+)?$/.exec(text) ?? []
  if (inside !== undefined) return isIPv6(inside) ? inside : undefined
  const [, bare = text] = /^([\d.]+):\d+$/.exec(text) ?? []
  return IPV4.test(bare) || isIPv6(bare) ? bare : undefined
}

function isIPv6(text: string): boolean {
  return /^[\da-f:.]+$/i.test(text) && text.includes(':') && URL.canParse(`http://[${text}]`)
}
