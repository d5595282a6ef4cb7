import { lookup } from 'node:dns'
import { request as httpRequest, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { AuthUrlRefused } from './errors.js'

/** What requests of the server's own may reach. */
export interface OutboundOptions {
  /**
   * True to allow plain HTTP and addresses of private networks: for development, and for providers in your own network.
   * Never where tenants or users name the URL. Default false.
   */
  readonly allowPrivate?: boolean
  /** Milliseconds for the whole answer. Default 5000. */
  readonly timeout?: number
  /** Bytes of an answer. Default 1 MiB. */
  readonly maxBytes?: number
}

/** As the global `fetch`, as far as libraries for tokens use it. */
export type OutboundFetch = (
  url: string | URL,
  init?: {
    readonly method?: string | undefined
    readonly headers?: Readonly<Record<string, string>> | Headers | undefined
    readonly body?: unknown
    readonly signal?: AbortSignal | null | undefined
  },
) => Promise<Response>

/** Networks that are not the internet (RFC 6890 and its registry). */
const PRIVATE = new BlockList()
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  PRIVATE.addSubnet(net, prefix, 'ipv4')
for (const [net, prefix] of [
  // with ::1, and IPv4 in IPv6 as it was written once (RFC 4291 §2.5.5.1)
  ['::', 96],
  // IPv4 that a gateway translates (RFC 2765 §2.1)
  ['::ffff:0:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 32],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const)
  PRIVATE.addSubnet(net, prefix, 'ipv6')

/**
 * Whether an address belongs to a network that strangers must not reach through this server.
 *
 * @param address IPv4 or IPv6, also IPv4 in IPv6
 */
export function isPrivateAddress(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address
  const family = isIP(mapped)
  return family === 0 || PRIVATE.check(mapped, family === 4 ? 'ipv4' : 'ipv6')
}

/**
 * Makes a `fetch` for URLs from configuration: HTTPS to the public internet alone, no redirects, bounded in time and size.
 * The address is checked as it is connected to, so that a name cannot resolve to another one in between.
 *
 * @param options see `OutboundOptions`
 * @throws {CorbelError} CORBEL_AUTH_URL_REFUSED, when it is called
 */
export function outboundFetch(options: OutboundOptions = {}): OutboundFetch {
  const { allowPrivate = false, timeout = 5000, maxBytes = 1_048_576 } = options
  return (given, init = {}) => {
    const url = checkUrl(given, allowPrivate)
    return new Promise((resolve, reject) => {
      const signal = AbortSignal.any([AbortSignal.timeout(timeout), ...(init.signal ? [init.signal] : [])])
      const settings: RequestOptions = {
        method: init.method ?? 'GET',
        headers: Object.fromEntries(new Headers(init.headers as Record<string, string>)),
        signal,
        ...(!allowPrivate && { lookup: publicOnly(url.host) }),
      }
      const send = url.protocol === 'https:' ? httpsRequest : httpRequest
      const request = send(url, settings, (response) => {
        const parts: Buffer[] = []
        let size = 0
        response.on('data', (part: Buffer) => {
          size += part.length
          if (size > maxBytes)
            response.destroy(refused(url.host, `its answer has more than ${maxBytes} bytes`))
          else parts.push(part)
        })
        response.on('error', reject)
        response.on('end', () => {
          const status = response.statusCode ?? 502
          if (status >= 300 && status < 400) {
            reject(refused(url.host, 'it redirects'))
            return
          }
          const headers = new Headers()
          for (let i = 0; i < response.rawHeaders.length; i += 2)
            headers.append(response.rawHeaders[i]!, response.rawHeaders[i + 1]!)
          const body = status === 204 || status === 304 ? null : Buffer.concat(parts)
          const answer = new Response(body, { status, headers })
          resolve(answer)
        })
      })
      request.on('error', reject)
      const { body } = init
      request.end(body === undefined || body === null ? undefined : bytesOf(body))
    })
  }
}

/**
 * Checks a URL from configuration.
 *
 * @param given the URL
 * @param allowPrivate see `OutboundOptions`
 * @throws {CorbelError} CORBEL_AUTH_URL_REFUSED
 */
export function checkUrl(given: string | URL, allowPrivate = false): URL {
  if (!URL.canParse(String(given))) throw refused(String(given).slice(0, 200), 'it is no URL')
  const url = new URL(given)
  if (url.username !== '' || url.password !== '') throw refused(url.host, 'it carries a password')
  if (url.protocol !== 'https:' && !(allowPrivate && url.protocol === 'http:'))
    throw refused(url.host, 'it does not begin with https:')
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  if (!allowPrivate && isIP(host) !== 0 && isPrivateAddress(host))
    throw refused(url.host, 'it is an address of a private network')
  return url
}

function publicOnly(host: string): LookupFunction {
  return (name, settings, done) => {
    lookup(name, { ...settings, all: true }, (error, addresses) => {
      if (error !== null) done(error, [])
      else if (addresses.some(({ address }) => isPrivateAddress(address)))
        done(refused(host, 'its name leads into a private network'), [])
      else if (settings.all === true) done(null, addresses)
      else done(null, addresses[0]!.address, addresses[0]!.family)
    })
  }
}

function refused(host: string, reason: string): Error {
  return new AuthUrlRefused({ host, reason })
}

function bytesOf(body: unknown): string | Uint8Array {
  if (typeof body === 'string' || body instanceof Uint8Array) return body
  if (body instanceof URLSearchParams) return body.toString()
  throw new TypeError('Only text, bytes and URLSearchParams are sent.')
}
