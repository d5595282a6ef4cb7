import type { ProxyHeader } from './header.js'
import { parseVersion1, VERSION1_PREFIX } from './version1.js'
import { parseVersion2, VERSION2_SIGNATURE } from './version2.js'

/**
 * Reads the PROXY protocol header, of either version, that a connection begins with (haproxy's proxy-protocol.txt).
 *
 * @param bytes everything received so far
 * @returns the header; `'incomplete'` if more bytes are needed; `'absent'` as soon as it cannot be one
 * @throws {CorbelError} CORBEL_PROXY_HEADER if it is malformed
 */
export function parseProxyHeader(bytes: Buffer): ProxyHeader | 'incomplete' | 'absent' {
  if (begins(bytes, VERSION1_PREFIX)) {
    return bytes.length < VERSION1_PREFIX.length ? 'incomplete' : parseVersion1(bytes)
  }
  if (begins(bytes, VERSION2_SIGNATURE)) {
    return bytes.length < VERSION2_SIGNATURE.length ? 'incomplete' : parseVersion2(bytes)
  }
  return 'absent'
}

function begins(bytes: Buffer, prefix: Buffer): boolean {
  const length = Math.min(bytes.length, prefix.length)
  return bytes.subarray(0, length).equals(prefix.subarray(0, length))
}
