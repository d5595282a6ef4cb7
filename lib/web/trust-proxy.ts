import { BlockList, isIP, isIPv6 } from 'node:net'
import { defineError } from '../common/index.js'
import type { ProxyTrust } from '../http/index.js'

/**
 * Which proxies are believed about where a request comes from: none (false), all (true), so many hops, addresses and
 * networks (`'loopback'`, `'10.0.0.0/8'`, also as a list), or a function of address and distance.
 */
export type TrustProxy = TrustedProxies | TrustSettings

/** The proxies alone: they are believed in `X-Forwarded-For`, `-Proto` and `-Host`. */
export type TrustedProxies = boolean | number | string | readonly string[] | TrustFunction

/** The proxies, and which kind of header they write. */
export interface TrustSettings {
  readonly proxies: TrustedProxies
  /** `'x-forwarded'` by default; `'forwarded'` for that of RFC 7239. The other kind is never read: it is the client's. */
  readonly header?: 'x-forwarded' | 'forwarded'
}

/** Decides about one address; `hop` counts from 0, the nearest. */
export type TrustFunction = (address: string, hop: number) => boolean

/** A network that cannot be understood. */
export const TrustProxyInvalid = defineError<{ value: string }>(
  'CORBEL_TRUST_PROXY',
  '"{value}" is no address, network (10.0.0.0/8) or name (loopback, linklocal, uniquelocal) of proxies to trust.',
)

const NAMED: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.1/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
}

/**
 * Compiles a setting.
 *
 * @param setting see `TrustProxy`
 * @returns undefined where nobody is trusted
 * @throws {CorbelError} CORBEL_TRUST_PROXY
 */
export function compileTrust(setting: TrustProxy): ProxyTrust | undefined {
  const isFull = typeof setting === 'object' && 'proxies' in setting
  const { proxies, header = 'x-forwarded' }: TrustSettings = isFull ? setting : { proxies: setting }
  if (header !== 'x-forwarded' && header !== 'forwarded')
    throw new TrustProxyInvalid({ value: `header: ${String(header)}` })
  const trusts = trustFunction(proxies)
  return trusts && { trusts, header }
}

function trustFunction(setting: TrustedProxies): TrustFunction | undefined {
  if (setting === false) return undefined
  if (setting === true) return () => true
  if (typeof setting === 'function') return setting
  if (typeof setting === 'number') {
    if (!Number.isInteger(setting) || setting < 0) throw new TrustProxyInvalid({ value: String(setting) })
    return (_address, hop) => hop < setting
  }
  const list = new BlockList()
  const entries = typeof setting === 'string' ? setting.split(',') : setting
  for (const entry of entries.map((one) => one.trim()))
    for (const network of NAMED[entry] ?? [entry]) addNetwork(list, network)
  return (address) => {
    const plain = unmapped(address)
    return isIP(plain) !== 0 && list.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4')
  }
}

function addNetwork(list: BlockList, network: string): void {
  const [address = '', bits] = network.split('/')
  const family = isIPv6(address) ? 'ipv6' : 'ipv4'
  const length = family === 'ipv6' ? 128 : 32
  const prefix = bits === undefined ? length : Number(bits)
  if (isIP(address) === 0 || !Number.isInteger(prefix) || prefix < 0 || prefix > length)
    throw new TrustProxyInvalid({ value: network })
  list.addSubnet(address, prefix, family)
}

/** IPv4 clients of a socket that takes both families. */
function unmapped(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address
}
