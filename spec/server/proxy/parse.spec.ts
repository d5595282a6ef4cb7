import { parseProxyHeader } from '../../../lib/server/proxy/index.js'
import { crc32c } from '../../../lib/server/proxy/crc32c.js'
import { INET, INET6, version2, withChecksum } from './headers.js'

const parse = (bytes: string | Buffer) =>
  parseProxyHeader(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)

const ENDS4 = { remoteAddress: '192.0.2.1', remotePort: 4660, localAddress: '192.0.2.2', localPort: 443 }
const ENDS6 = {
  remoteAddress: '2001:db8::1:0:0:a',
  remotePort: 4660,
  localAddress: '::1',
  localPort: 443,
}
const NO_ENDS = { remoteAddress: '', remotePort: 0, localAddress: '', localPort: 0 }

const VALID: Record<string, readonly [string | Buffer, object | undefined]> = {
  'version 1, TCP4': ['PROXY TCP4 192.0.2.1 192.0.2.2 4660 443\r\n', ENDS4],
  'version 1, TCP6': ['PROXY TCP6 2001:db8::1:0:0:a ::1 4660 443\r\n', ENDS6],
  'version 1, UNKNOWN': ['PROXY UNKNOWN\r\n', undefined],
  'version 1, UNKNOWN with anything': ['PROXY UNKNOWN ffff:f 1 2 whatever\r\n', undefined],
  'version 1, as long as can be': [
    `PROXY UNKNOWN ${'f'.repeat(107 - 'PROXY UNKNOWN \r\n'.length)}\r\n`,
    undefined,
  ],
  'version 2, INET': [version2(INET), ENDS4],
  'version 2, INET6': [version2(INET6, { familyAndTransport: 0x21 }), ENDS6],
  'version 2, UNIX': [version2(Buffer.alloc(216), { familyAndTransport: 0x31 }), NO_ENDS],
  'version 2, LOCAL': [
    version2(Buffer.alloc(0), { versionAndCommand: 0x20, familyAndTransport: 0 }),
    undefined,
  ],
  'version 2, LOCAL with addresses': [version2(INET, { versionAndCommand: 0x20 }), undefined],
  'version 2, UNSPEC with anything': [version2(Buffer.from([1, 2]), { familyAndTransport: 0 }), undefined],
  'version 2, datagrams, which nobody sends here': [version2(INET, { familyAndTransport: 0x12 }), undefined],
  'version 2 with extensions': [
    version2(INET, {
      extensions: [
        { type: 0x01, value: Buffer.from('h2') },
        { type: 0x02, value: Buffer.from('a.example') },
        { type: 0x05, value: Buffer.alloc(128) },
        { type: 0xee, value: Buffer.alloc(0) },
      ],
    }),
    ENDS4,
  ],
  'version 2 with a checksum': [withChecksum(INET), ENDS4],
}

const MALFORMED: Record<string, string | Buffer> = {
  'a line without CR': 'PROXY UNKNOWN\n',
  'a line that is too long': `PROXY UNKNOWN ${'f'.repeat(108 - 'PROXY UNKNOWN \r\n'.length)}\r\n`,
  'a line without end': `PROXY TCP4 ${'1'.repeat(100)}`,
  'no family': 'PROXY \r\n',
  'another family': 'PROXY UDP4 192.0.2.1 192.0.2.2 1 2\r\n',
  'a family in lower case': 'PROXY tcp4 192.0.2.1 192.0.2.2 1 2\r\n',
  'two spaces': 'PROXY TCP4  192.0.2.1 192.0.2.2 1 2\r\n',
  'no ports': 'PROXY TCP4 192.0.2.1 192.0.2.2\r\n',
  'one port': 'PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n',
  'more than ports': 'PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3\r\n',
  'a space at the end': 'PROXY TCP4 192.0.2.1 192.0.2.2 1 2 \r\n',
  'a port beyond the range': 'PROXY TCP4 192.0.2.1 192.0.2.2 1 65536\r\n',
  'a port with a zero before it': 'PROXY TCP4 192.0.2.1 192.0.2.2 01 2\r\n',
  'a port with a sign': 'PROXY TCP4 192.0.2.1 192.0.2.2 +1 2\r\n',
  'an address out of range': 'PROXY TCP4 192.0.2.256 192.0.2.2 1 2\r\n',
  'an octal address': 'PROXY TCP4 0192.0.2.1 192.0.2.2 1 2\r\n',
  'an address of the other family': 'PROXY TCP4 ::1 192.0.2.2 1 2\r\n',
  'an address with an interface': 'PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n',
  'a NUL in an address': 'PROXY TCP4 192.0.2.1\0 192.0.2.2 1 2\r\n',
  'version 3': version2(INET, { versionAndCommand: 0x31 }),
  'another command': version2(INET, { versionAndCommand: 0x22 }),
  'a family of version 2 that is not known': version2(INET, { familyAndTransport: 0x41 }),
  'a transport that is not known': version2(INET, { familyAndTransport: 0x13 }),
  'addresses that are cut off': version2(INET.subarray(1)),
  'an extension that is cut off': version2(Buffer.concat([INET, Buffer.from([1, 0])])),
  'an extension longer than the header': version2(INET, {
    extensions: [{ type: 1, value: Buffer.alloc(2), length: 3 }],
  }),
  'a checksum that does not match': withChecksum(INET, 1),
  'a checksum of 3 bytes': version2(INET, { extensions: [{ type: 3, value: Buffer.alloc(3) }] }),
  'more than 8 KiB': version2(INET, { length: 8 * 1024 - 15 }),
}

describe('a PROXY header', () => {
  it.each(Object.entries(VALID))('is read: %s', (_, [header, ends]) => {
    const bytes = Buffer.from(header as string, 'latin1')
    expect(parse(Buffer.concat([bytes, Buffer.from('GET / HTTP/1.1\r\n')]))).toEqual({
      length: bytes.length,
      ends,
    })
  })

  it.each(Object.entries(VALID))('is waited for to the last byte: %s', (_, [header]) => {
    const bytes = Buffer.from(header as string, 'latin1')
    for (let length = 0; length < bytes.length; length++) {
      expect(parse(bytes.subarray(0, length))).toBe('incomplete')
    }
  })

  it.each(Object.entries(MALFORMED))('is refused: %s', (_, header) => {
    expect(() => parse(header)).toThrow(expect.objectContaining({ code: 'CORBEL_PROXY_HEADER' }))
  })

  it.each(['GET / HTTP/1.1\r\n', 'PRO ', 'P\r', 'PROXYX', 'proxy ', '\r\n\r\n\r', '\x16\x03\x01'])(
    'is not seen in %j',
    (bytes) => expect(parse(bytes)).toBe('absent'),
  )

  it('has the checksum of RFC 9260', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283)
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa)
  })
})
