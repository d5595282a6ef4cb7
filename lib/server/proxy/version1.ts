import { isIPv4, isIPv6 } from 'node:net'
import { malformed, type ProxyHeader } from './header.js'

/** What a header of version 1 begins with. */
export const VERSION1_PREFIX = Buffer.from('PROXY ', 'latin1')

/** The longest line there can be, with its CRLF (proxy-protocol.txt §2.1). */
const MAX_LENGTH = 107

const LF = 10

/**
 * Reads a header in text form: `PROXY TCP4 192.0.2.1 192.0.2.2 56324 443` and CRLF (proxy-protocol.txt §2.1).
 *
 * @param bytes beginning with `VERSION1_PREFIX`
 * @throws {CorbelError} CORBEL_PROXY_HEADER
 */
export function parseVersion1(bytes: Buffer): ProxyHeader | 'incomplete' {
  const end = bytes.subarray(0, MAX_LENGTH).indexOf(LF)
  if (end === -1) {
    if (bytes.length >= MAX_LENGTH) throw malformed(`no end of line within ${MAX_LENGTH} bytes`)
    return 'incomplete'
  }
  const line = bytes.toString('latin1', VERSION1_PREFIX.length, end + 1)
  if (!line.endsWith('\r\n')) throw malformed('the line does not end in CRLF')
  return { length: end + 1, ends: parseLine(line.slice(0, -2)) }
}

function parseLine(line: string): ProxyHeader['ends'] {
  // whatever follows is not for us to look at
  if (line === 'UNKNOWN' || line.startsWith('UNKNOWN ')) return undefined
  const [family, remoteAddress = '', localAddress = '', remotePort = '', localPort = '', ...more] =
    line.split(' ')
  const isAddress = family === 'TCP4' ? isIPv4 : family === 'TCP6' ? isPlainIPv6 : undefined
  if (isAddress === undefined) throw malformed('the family is none of TCP4, TCP6 and UNKNOWN')
  if (more.length > 0) throw malformed('something follows the ports')
  if (!isAddress(remoteAddress) || !isAddress(localAddress)) throw malformed('an address is not one')
  return { remoteAddress, localAddress, remotePort: portOf(remotePort), localPort: portOf(localPort) }
}

function isPlainIPv6(text: string): boolean {
  return isIPv6(text) && !text.includes('%')
}

function portOf(text: string): number {
  const port = /^(0|[1-9]\d{0,4})$/.test(text) ? Number(text) : Infinity
  if (port > 65_535) throw malformed('a port is not one')
  return port
}
