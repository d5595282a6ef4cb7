import { HpackReader, block, indexed, integer, literal, sizeUpdate } from './hpack.js'
import { decodeHuffman, EOS, huffmanBits, packBits } from './huffman.js'

const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex')

// what the rules are written with has to be right itself
describe('the tools of the HTTP/2 rules', () => {
  it.each([
    ['www.example.com', 'f1e3 c2e5 f23a 6ba0 ab90 f4ff'],
    ['no-cache', 'a8eb 1064 9cbf'],
    ['Mon, 21 Oct 2013 20:13:21 GMT', 'd07a be94 1054 d444 a820 0595 040b 8166 e082 a62d 1bff'],
  ])('code %j as RFC 7541 Appendix C does', (value, hex) => {
    expect(packBits(huffmanBits(value))).toEqual(bytes(hex))
    expect(decodeHuffman(bytes(hex))).toBe(value)
  })

  it('have a code for every byte and for EOS that leaves nothing over (RFC 7541 Appendix B)', () => {
    const every = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i))
    const lengths = [...every.map((byte) => huffmanBits(byte).length), EOS.length]
    expect(lengths.reduce((sum, length) => sum + 2 ** -length, 0)).toBe(1)
    expect(decodeHuffman(packBits(huffmanBits(every.join(''))))).toBe(every.join(''))
  })

  it.each([
    ['padding of zeros', Buffer.from([0b00011_000])],
    ['padding of a byte', Buffer.from([0xff])],
    ['EOS', packBits(EOS)],
    ['EOS behind a letter', packBits(huffmanBits('a') + EOS)],
  ])('refuse %s', (_, coded) => expect(() => decodeHuffman(coded)).toThrow())

  it('write integers as RFC 7541 Appendix C.1 does', () => {
    expect(integer(10, 5)).toEqual(bytes('0a'))
    expect(integer(1337, 5)).toEqual(bytes('1f9a0a'))
    expect(integer(42, 8)).toEqual(bytes('2a'))
  })

  it('read the responses of RFC 7541 Appendix C.6', () => {
    const reader = new HpackReader(256)
    const read = (hex: string) => Object.fromEntries(reader.read(bytes(hex)))
    reader.read(sizeUpdate(256))
    const first =
      '4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3'
    expect(read(first)).toEqual({
      ':status': '302',
      'cache-control': 'private',
      date: 'Mon, 21 Oct 2013 20:13:21 GMT',
      location: 'https://www.example.com',
    })
    expect(read('4883 640e ffc1 c0bf')[':status']).toBe('307')
  })

  it('refuse what a server may not write', () => {
    const reading =
      (...parts: Buffer[]) =>
      () =>
        new HpackReader().read(Buffer.concat(parts))
    expect(reading(indexed(62))).toThrow('index 62')
    expect(reading(indexed(0))).toThrow('index 0')
    expect(reading(sizeUpdate(4_097))).toThrow('a table of 4097')
    expect(reading(indexed(8), sizeUpdate(10))).toThrow('behind a field')
    expect(reading(block(['a', 'b']).subarray(0, 4))).toThrow('beyond the end')
    const reader = new HpackReader()
    reader.read(literal('a', 'b', 'indexed'))
    reader.announce(0)
    expect(() => reader.read(indexed(8))).toThrow('no size update')
  })
})
