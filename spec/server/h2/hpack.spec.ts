import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { Field, HpackDecoder, HpackEncoder } from '../../../lib/server/h2/hpack/index.js'
import { CODE_LENGTHS, CODES } from '../../../lib/server/h2/hpack/huffman-code.js'
import { decodeHuffman, encodeHuffman, huffmanLength } from '../../../lib/server/h2/hpack/huffman.js'
import { fc } from '../../support/properties.js'

type Pair = readonly [name: string, value: string]
/** Size of the table that was set before, the block, and what it means. */
type Case = readonly [tableSize: number | null, wire: string, headers: readonly Pair[]]

// stories of the public hpack-test-case collection, by the encoder that has made them
const VECTORS = fileURLToPath(new URL('vectors/', import.meta.url))
const stories = readdirSync(VECTORS).flatMap((file) =>
  Object.entries(JSON.parse(readFileSync(VECTORS + file, 'utf8')) as Record<string, Case[]>).map(
    ([name, cases]) => ({ name: `${file.replace('.json', '')} ${name}`, cases }),
  ),
)

/** The stories of all encoders; `raw-data` has no encodings. */
function readCollection(folder: string): { readonly name: string; readonly cases: Case[] }[] {
  interface Encoded {
    readonly header_table_size?: number
    readonly wire: string
    readonly headers: readonly Record<string, string>[]
  }
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return files
    .filter((file) => file.endsWith('.json') && !file.includes('raw-data'))
    .map((name) => {
      const { cases } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { cases: Encoded[] }
      return {
        name,
        cases: cases.map(({ header_table_size: tableSize = null, wire, headers }): Case => [
          tableSize,
          wire,
          headers.flatMap((field) => Object.entries(field)),
        ]),
      }
    })
}

const pairs = (fields: readonly Field[]): Pair[] => fields.map(({ name, value }) => [name, value])
const ALL = { maxHeaderListSize: Infinity }

function decode(decoder: HpackDecoder, block: string | Buffer, bounds = ALL): Pair[] {
  const bytes = typeof block === 'string' ? Buffer.from(block, 'hex') : block
  const fields: Field[] = []
  decoder.decode(bytes, 0, bytes.length, fields, bounds)
  return pairs(fields)
}

function encode(encoder: HpackEncoder, headers: readonly Pair[]): Buffer {
  let text = encoder.begin()
  for (const [name, value] of headers) text += encoder.field(name, value)
  return Buffer.from(text, 'latin1')
}

describe('the decoder of header blocks', () => {
  it('reads the stories of other encoders, and its encoder tells them so that it reads them again', () => {
    let cases = 0
    for (const { name, cases: story } of stories) {
      const decoder = new HpackDecoder(4096)
      const [encoder, back] = [new HpackEncoder(), new HpackDecoder()]
      for (const [tableSize, wire, headers] of story) {
        if (tableSize !== null) decoder.allow(tableSize)
        expect(decode(decoder, wire), name).toEqual(headers)
        expect(decode(back, encode(encoder, headers)), name).toEqual(headers)
        cases++
      }
    }
    expect(cases).toBeGreaterThan(800)
  })

  // the folder of a whole copy of hpack-test-case, of which the stories above are a part
  const collection = process.env['HPACK_VECTORS']
  it.skipIf(collection === undefined)(
    'reads the whole collection (HPACK_VECTORS)',
    () => {
      let cases = 0
      for (const { name, cases: story } of readCollection(collection!)) {
        const decoder = new HpackDecoder(4096)
        const [encoder, back] = [new HpackEncoder(), new HpackDecoder()]
        for (const [tableSize, wire, headers] of story) {
          if (tableSize !== null) decoder.allow(tableSize)
          const isRead = isDeepStrictEqual(decode(decoder, wire), headers)
          const isReadAgain = isDeepStrictEqual(decode(back, encode(encoder, headers)), headers)
          // thousands of expectations would take most of the time
          if (!isRead || !isReadAgain) expect.fail(`${name}: ${wire}`)
          cases++
        }
      }
      expect(cases).toBeGreaterThan(0)
    },
    120_000,
  )

  it('reads the examples of RFC 7541 Appendix C, and evicts as they do', () => {
    const decoder = new HpackDecoder()
    const first: Pair[] = [
      [':method', 'GET'],
      [':scheme', 'http'],
      [':path', '/'],
      [':authority', 'www.example.com'],
    ]
    expect(decode(decoder, '828684418cf1e3c2e5f23a6ba0ab90f4ff')).toEqual(first)
    expect(decode(decoder, '828684be5886a8eb10649cbf')).toEqual([...first, ['cache-control', 'no-cache']])
    expect(decode(decoder, '828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf')).toEqual([
      [':method', 'GET'],
      [':scheme', 'https'],
      [':path', '/index.html'],
      [':authority', 'www.example.com'],
      ['custom-key', 'custom-value'],
    ])
    const small = new HpackDecoder(256)
    expect(
      decode(small, '488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3'),
    ).toEqual([
      [':status', '302'],
      ['cache-control', 'private'],
      ['date', 'Mon, 21 Oct 2013 20:13:21 GMT'],
      ['location', 'https://www.example.com'],
    ]) // prettier-ignore
    expect(decode(small, '4883640effc1c0bf')[0]).toEqual([':status', '307'])
    expect(() => decode(small, 'c2')).toThrow('there is no entry 66')
  })

  it.each([
    ['index 0', '80', 'there is no entry 0'],
    ['an index beyond both tables', 'be', 'there is no entry 62'],
    ['a name by an index beyond both tables', '7f0100', 'there is no entry 64'],
    ['an integer without its end', 'ff80', 'the block ends within an integer'],
    ['an integer that is too large', 'ffffffffffff0f', 'an integer is too large'],
    ['an integer of endless zeros', 'ff80808080808080808000', 'an integer is too large'],
    ['a string without its end', '400161', 'the block ends within a field'],
    ['a string that is longer than the block', '40056162', 'a string is longer than its block'],
    ['a name alone', '41', 'the block ends within a field'],
    ['a table that is too large', '3fe21f', 'a table of 4097 bytes is asked for'],
    ['a size update behind a field', '8220', 'a table size update comes behind a field'],
    ['EOS in a string', '0085fffffffc0a0161', 'EOS'],
    ['padding of a whole byte', '008207ff0161', 'not padded'],
    ['padding of zeros', '008118000161', 'not padded'],
  ])('refuses %s', (_, block, reason) => {
    expect(() => decode(new HpackDecoder(), block)).toThrow(reason)
  })

  it('wants to hear of it when the table has become smaller (RFC 7541 §4.2)', () => {
    const [late, good] = [new HpackDecoder(), new HpackDecoder()]
    for (const decoder of [late, good]) decoder.allow(100)
    expect(() => decode(late, '82')).toThrow('the dynamic table was not made smaller')
    expect(decode(good, '3f4582')).toEqual([[':method', 'GET']])
  })

  it('counts what it does not keep, and keeps its table in step', () => {
    const decoder = new HpackDecoder()
    const block = encode(new HpackEncoder(), [
      ['a', '1'],
      ['b', 'x'.repeat(100)],
      ['c', '3'],
    ])
    expect(decode(decoder, block, { maxHeaderListSize: 100 })).toEqual([['a', '1']])
    expect(decoder.listSize).toBe(34 + 133 + 34)
    expect(decode(decoder, 'bebfc0')).toHaveLength(3)
  })

  it('does not grow by entries that are referred to over and over', () => {
    const decoder = new HpackDecoder()
    decode(decoder, encode(new HpackEncoder(), [['bomb', 'x'.repeat(1900)]]))
    const bomb = Buffer.alloc(16_384, 0xbe)
    expect(decode(decoder, bomb, { maxHeaderListSize: 32_768 }).length).toBeLessThan(20)
    expect(decoder.listSize).toBeGreaterThan(30_000_000)
  })
})

describe('the encoder of header blocks', () => {
  const name = fc.constantFrom('a', 'content-type', 'x-long-name', 'date', 'etag', 'set-cookie', ':path')
  const value = fc.oneof(
    fc.constantFrom('', 'text/plain', '0', 'same'),
    fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)), maxLength: 300 }),
  ) // prettier-ignore

  it('is understood, whatever it encodes and however its table changes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.array(fc.tuple(name, value)), fc.option(fc.integer({ min: 0, max: 6000 })))),
        (blocks) => {
          const [encoder, decoder] = [new HpackEncoder(), new HpackDecoder(4096)]
          for (const [headers, size] of blocks) {
            if (size !== null) {
              encoder.limit(size)
              decoder.allow(Math.min(4096, size))
            }
            expect(decode(decoder, encode(encoder, headers))).toEqual(headers)
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  it('says a field that it has said before in one byte', () => {
    const encoder = new HpackEncoder()
    const first = encode(encoder, [['content-type', 'application/json']])
    expect(first.length).toBeGreaterThan(8)
    expect(encode(encoder, [['content-type', 'application/json']])).toHaveLength(1)
  })

  it('never indexes secrets, nor lets anyone on the way do it (RFC 7541 §7.1.3)', () => {
    const encoder = new HpackEncoder()
    for (let i = 0; i < 2; i++) {
      const block = encode(encoder, [['set-cookie', 'session=1234']])
      expect(block[0]! & 0xf0).toBe(0x10)
      expect(block.length).toBeGreaterThan(8)
    }
  })

  it('stops to keep the values of a field that never come twice', () => {
    const encoder = new HpackEncoder()
    const added = () => encoder.version
    for (let i = 0; i < 20; i++) encoder.field('x-trace', `value ${i}`)
    const before = added()
    encoder.field('x-trace', 'another one')
    expect(added()).toBe(before)
    expect(before).toBeLessThan(10)
  })
})

describe('the Huffman code', () => {
  it('is complete and ends as RFC 7541 Appendix B does', () => {
    expect(CODE_LENGTHS.reduce((sum, length) => sum + 2 ** -length, 0)).toBe(1)
    expect([CODES[0], CODES[48], CODES[255], CODES[256]]).toEqual([0x1ff8, 0, 0x3ffffee, 0x3fffffff])
  })

  it('gives back what was encoded', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const text = Buffer.from(bytes).toString('latin1')
        const coded = Buffer.from(encodeHuffman(text), 'latin1')
        expect(coded).toHaveLength(huffmanLength(text))
        expect(decodeHuffman(coded, 0, coded.length)).toBe(text)
      }),
    )
  })
})
