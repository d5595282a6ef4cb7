import { crc32c } from './crc32c.js'
import { malformed, type ProxyHeader } from './header.js'

/** What a header of version 2 begins with: nothing that another protocol would. */
export const VERSION2_SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')

/** Signature, version and command, family and transport, length. */
const FIXED_LENGTH = 16

/** With its extensions; the format would allow 64 KiB, proxies send some hundred bytes. */
const MAX_LENGTH = 8 * 1024

const VERSION = 2
const LOCAL = 0
const PROXY = 1

/** Lengths of the address blocks by family: UNSPEC, INET, INET6, UNIX. */
const ADDRESS_LENGTHS = [0, 12, 36, 216]
const INET = 1
const INET6 = 2

/** UNSPEC, STREAM, DGRAM. */
const TRANSPORTS = 3
const STREAM = 1

const TYPE_CRC32C = 0x03

/**
 * Reads a header in binary form (proxy-protocol.txt §2.2). Extensions (TLVs) are checked for their form, and the checksum
 * if there is one; their contents are skipped.
 *
 * @param bytes beginning with `VERSION2_SIGNATURE`
 * @throws {CorbelError} CORBEL_PROXY_HEADER
 */
export function parseVersion2(bytes: Buffer): ProxyHeader | 'incomplete' {
  if (bytes.length < FIXED_LENGTH) return 'incomplete'
  const versionAndCommand = bytes.readUInt8(12)
  const command = versionAndCommand & 0x0f
  if (versionAndCommand >> 4 !== VERSION) throw malformed(`version ${versionAndCommand >> 4} is not known`)
  if (command !== LOCAL && command !== PROXY) throw malformed(`command ${command} is not known`)
  const family = bytes.readUInt8(13) >> 4
  const transport = bytes.readUInt8(13) & 0x0f
  const length = FIXED_LENGTH + bytes.readUInt16BE(14)
  if (length > MAX_LENGTH) throw malformed(`it is longer than ${MAX_LENGTH} bytes`)
  if (bytes.length < length) return 'incomplete'
  // said by the sender about itself, a health check for example: the rest is to be skipped unseen
  if (command === LOCAL) return { length, ends: undefined }
  const addressLength = ADDRESS_LENGTHS[family]
  if (addressLength === undefined || transport >= TRANSPORTS)
    throw malformed(`family ${family} with transport ${transport} is not known`)
  if (length < FIXED_LENGTH + addressLength) throw malformed('it is too short for its addresses')
  // behind addresses of no family, everything is to be skipped
  if (family !== 0) checkExtensions(bytes.subarray(0, length), FIXED_LENGTH + addressLength)
  return { length, ends: transport === STREAM ? endsOf(bytes, family) : undefined }
}

function endsOf(bytes: Buffer, family: number): ProxyHeader['ends'] {
  if (family === INET) {
    return {
      remoteAddress: ipv4(bytes, 16),
      localAddress: ipv4(bytes, 20),
      remotePort: bytes.readUInt16BE(24),
      localPort: bytes.readUInt16BE(26),
    }
  }
  if (family === INET6) {
    return {
      remoteAddress: ipv6(bytes, 16),
      localAddress: ipv6(bytes, 32),
      remotePort: bytes.readUInt16BE(48),
      localPort: bytes.readUInt16BE(50),
    }
  }
  // the client of a Unix socket has no address, and is not the proxy
  return family === 0 ? undefined : { remoteAddress: '', remotePort: 0, localAddress: '', localPort: 0 }
}

function ipv4(bytes: Buffer, at: number): string {
  return bytes.subarray(at, at + 4).join('.')
}

/** In the canonical form (RFC 5952), which addresses are compared in. */
function ipv6(bytes: Buffer, at: number): string {
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(at + 2 * i).toString(16))
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}

function checkExtensions(header: Buffer, start: number): void {
  for (let at = start; at < header.length;) {
    if (at + 3 > header.length) throw malformed('an extension is cut off')
    const type = header.readUInt8(at)
    const valueAt = at + 3
    at = valueAt + header.readUInt16BE(at + 1)
    if (at > header.length) throw malformed('an extension is longer than the header')
    if (type === TYPE_CRC32C) checkSum(header, valueAt, at - valueAt)
  }
}

/** The checksum is made over the whole header, with zeros in its own place (§2.2.3). */
function checkSum(header: Buffer, at: number, length: number): void {
  if (length !== 4) throw malformed('the checksum is not 4 bytes long')
  const expected = header.readUInt32BE(at)
  const blank = Buffer.from(header)
  blank.writeUInt32BE(0, at)
  if (crc32c(blank) !== expected) throw malformed('the checksum does not match')
}
