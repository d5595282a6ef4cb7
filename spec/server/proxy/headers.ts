import { crc32c } from '../../../lib/server/proxy/crc32c.js'

/** An extension of a version 2 header. */
export interface Extension {
  readonly type: number
  readonly value: Buffer
  /** Said instead of the true length. */
  readonly length?: number
}

const SIGNATURE = Buffer.from('0d0a0d0a000d0a515549540a', 'hex')

/** 192.0.2.1:4660 → 192.0.2.2:443. */
export const INET = Buffer.from('c0000201c0000202123401bb', 'hex')

/** 2001:db8::1:0:0:a:4660 → ::1:443. */
export const INET6 = Buffer.from(
  '20010db800000000000100000000000a00000000000000000000000000000001123401bb',
  'hex',
)

/** A header of version 2. */
export function version2(
  addresses: Buffer,
  options: {
    readonly versionAndCommand?: number
    readonly familyAndTransport?: number
    readonly extensions?: readonly Extension[]
    readonly length?: number
  } = {},
): Buffer {
  const { versionAndCommand = 0x21, familyAndTransport = 0x11, extensions = [] } = options
  const extended = extensions.map(({ type, value, length = value.length }) =>
    Buffer.concat([Buffer.from([type, length >> 8, length & 0xff]), value]),
  )
  const rest = Buffer.concat([addresses, ...extended])
  const { length = rest.length } = options
  return Buffer.concat([
    SIGNATURE,
    Buffer.from([versionAndCommand, familyAndTransport, length >> 8, length & 0xff]),
    rest,
  ])
}

/** A header of version 2 with its checksum, which may be made wrong. */
export function withChecksum(addresses: Buffer, error = 0): Buffer {
  const header = version2(addresses, {
    extensions: [
      { type: 0x03, value: Buffer.alloc(4) },
      { type: 0x04, value: Buffer.alloc(3) },
    ],
  })
  header.writeUInt32BE((crc32c(header) ^ error) >>> 0, 16 + addresses.length + 3)
  return header
}
