import { CODE, continuation, headers, SETTING, settings } from '../frames.js'
import { block, indexed, integer, literal, sizeUpdate, staticIndex, text } from '../hpack.js'
import { EOS, huffmanBits, packBits } from '../huffman.js'
import { answers, breaks, ended, get, ok, requestBlock, resets, rules, type Step } from '../rule.js'

const { COMPRESSION_ERROR, PROTOCOL_ERROR } = CODE
/** A request for `/x`, which is answered with the value of the field `x`. */
const ASK = requestBlock({ ':path': '/x' })
const ask = (stream: number, ...parts: Uint8Array[]) => headers(stream, Buffer.concat([ASK, ...parts]))
/** A request whose block is wrong: that is an error of the connection, and no handler sees it. */
const fails = (name: string, ...parts: Uint8Array[]) =>
  breaks(name, COMPRESSION_ERROR, [ask(1, ...parts)], { seen: 0 })
/** A literal whose value is Huffman coded by hand. */
const huffmanValue = (bytes: Buffer) =>
  Buffer.concat([Buffer.from([0x00]), text('x'), integer(bytes.length, 7, 0x80), bytes])
const X_TABLE = literal('x', 'first', 'indexed')
const entry = (value: string) => literal('x', value, 'indexed')

/** The compression of fields (RFC 7541). */
export const hpack = [
  ...rules(
    'RFC 7541 §2.3.3',
    fails('index 62, where the dynamic table is empty', indexed(62)),
    fails('index 70', indexed(70)),
    fails('index 2^31 − 1', indexed(2 ** 31 - 1)),
    breaks('an index behind the last entry', COMPRESSION_ERROR, [ask(1, X_TABLE), ask(3, indexed(63))]),
    fails('a literal whose name is no entry', literal(62, 'v')),
    fails('a literal with incremental indexing whose name is no entry', literal(62, 'v', 'indexed')),
    fails('a literal never to be indexed whose name is no entry', literal(62, 'v', 'never')),
  ),
  ...rules(
    'RFC 7541 §6.1',
    fails('index 0', indexed(0)),
    answers(
      'a request of nothing but static entries',
      [headers(1, Buffer.concat([indexed(2), indexed(6), indexed(4), literal(1, 'a')]))],
      [ok(1, 'GET /')],
    ),
    answers(
      'an index of the dynamic table',
      [ask(1, X_TABLE), ask(3, indexed(62))],
      [ok(1, 'first'), ok(3, 'first')],
    ),
    answers(
      'an index of an entry of the same block',
      [ask(1, literal('y', 'v', 'indexed'), literal('x', 'w', 'indexed'))],
      [ok(1, 'w')],
    ),
    answers(
      'the last entry comes first',
      [ask(1, entry('old')), ask(3, entry('new')), ask(5, indexed(62)), ask(7, indexed(63))],
      [ok(5, 'new'), ok(7, 'old')],
    ),
  ),
  ...rules(
    'RFC 7541 §6.2',
    answers(
      'a literal without indexing',
      [ask(1, literal('x', 'v')), ask(3, entry('w')), ask(5, indexed(62))],
      [ok(1, 'v'), ok(5, 'w')],
    ),
    answers(
      'a literal with incremental indexing and a name of the static table',
      [
        headers(
          1,
          Buffer.concat([
            requestBlock({ ':path': '/cookies' }),
            literal(staticIndex('cookie'), 'a=b', 'indexed'),
          ]),
        ),
        headers(3, Buffer.concat([requestBlock({ ':path': '/cookies' }), indexed(62)])),
      ],
      [ok(1, 'a=b'), ok(3, 'a=b')],
    ),
    answers(
      'a literal with a name of the dynamic table',
      [ask(1, X_TABLE), ask(3, literal(62, 'other'))],
      [ok(3, 'other')],
    ),
    answers(
      'a literal with the name of an entry that it evicts',
      [
        ask(1, literal('x', 'a'.repeat(4_000), 'indexed')),
        ask(3, literal(62, 'b'.repeat(100), 'indexed')),
        ask(5, indexed(62)),
      ],
      [ok(3, 'b'.repeat(100)), ok(5, 'b'.repeat(100))],
    ),
    answers(
      'a literal that is never to be indexed',
      [ask(1, literal('x', 'secret', 'never')), ask(3, entry('w')), ask(5, indexed(62))],
      [ok(1, 'secret'), ok(5, 'w')],
    ),
    answers('a value without characters', [ask(1, literal('x', ''))], [ok(1, '')]),
    answers(
      'a value of 1,000 characters',
      [ask(1, literal('x', 'v'.repeat(1_000)))],
      [ok(1, 'v'.repeat(1_000))],
    ),
  ),
  ...rules(
    'RFC 7541 §4.1–4.4',
    answers(
      'a full table drops its oldest entries',
      [
        // 40 bytes of overhead and name each: only the last two fit
        ask(1, entry('a'.repeat(1_900)), entry('b'.repeat(1_900))),
        ask(3, entry('c'.repeat(1_900))),
        ask(5, indexed(62)),
        ask(7, indexed(63)),
      ],
      [ok(5, 'c'.repeat(1_900)), ok(7, 'b'.repeat(1_900))],
    ),
    breaks('an entry that was dropped', COMPRESSION_ERROR, [
      ask(1, entry('a'.repeat(1_900)), entry('b'.repeat(1_900))),
      ask(3, entry('c'.repeat(1_900))),
      ask(5, indexed(64)),
    ]),
    answers(
      'an entry as large as the table',
      [ask(1, entry('a'.repeat(4_063))), ask(3, indexed(62))],
      [ok(1, 'a'.repeat(4_063)), ok(3, 'a'.repeat(4_063))],
    ),
    breaks('an entry larger than the table empties it', COMPRESSION_ERROR, [
      ask(1, entry('small')),
      ask(3, entry('a'.repeat(4_064))),
      ended(3),
      ask(5, indexed(62)),
    ]),
    answers(
      'an entry larger than the table is a field nevertheless',
      [ask(1, entry('a'.repeat(4_064)))],
      [ok(1, 'a'.repeat(4_064))],
    ),
    answers(
      'the same field twice makes two entries',
      [ask(1, entry('v'), literal('y', 'other', 'indexed'), entry('v')), ask(3, indexed(64))],
      [ok(3, 'v')],
    ),
  ),
  ...rules(
    'RFC 7541 §4.2, §6.3',
    breaks(
      'a size update above the limit',
      COMPRESSION_ERROR,
      [
        ({ announced }) =>
          headers(
            1,
            Buffer.concat([sizeUpdate((announced.get(SETTING.HEADER_TABLE_SIZE) ?? 4_096) + 1), ASK]),
          ),
      ],
      { seen: 0 },
    ),
    breaks(
      'a size update to 2^32',
      COMPRESSION_ERROR,
      [headers(1, Buffer.concat([sizeUpdate(2 ** 32), ASK]))],
      { seen: 0 },
    ),
    fails('a size update at the end of a block', sizeUpdate(1)),
    breaks(
      'a size update between fields',
      COMPRESSION_ERROR,
      [headers(1, Buffer.concat([indexed(2), sizeUpdate(100), indexed(6), indexed(4), literal(1, 'a')]))],
      { seen: 0 },
    ),
    answers(
      'a size update at the limit',
      [headers(1, Buffer.concat([sizeUpdate(4_096), ASK, entry('v')])), ask(3, indexed(62))],
      [ok(3, 'v')],
    ),
    answers(
      'two size updates at the beginning',
      [
        ask(1, entry('gone')),
        headers(3, Buffer.concat([sizeUpdate(0), sizeUpdate(4_096), ASK, entry('new')])),
        ask(5, indexed(62)),
      ],
      [ok(5, 'new')],
    ),
    breaks('a size update to 0 empties the table', COMPRESSION_ERROR, [
      ask(1, entry('gone')),
      headers(3, Buffer.concat([sizeUpdate(0), sizeUpdate(4_096), ASK])),
      ask(5, indexed(62)),
    ]),
    breaks('with a size of 0 nothing is kept', COMPRESSION_ERROR, [
      headers(1, Buffer.concat([sizeUpdate(0), ASK, entry('v')])),
      ask(3, indexed(62)),
    ]),
    answers(
      'a smaller table drops its oldest entries',
      [ask(1, entry('old'), entry('new')), headers(3, Buffer.concat([sizeUpdate(40), ASK, indexed(62)]))],
      [ok(3, 'new')],
    ),
    breaks('an entry that a smaller table has dropped', COMPRESSION_ERROR, [
      ask(1, entry('old'), entry('new')),
      headers(3, Buffer.concat([sizeUpdate(40), ASK, indexed(63)])),
    ]),
    breaks('a block of nothing but a size update above the limit', COMPRESSION_ERROR, [
      headers(1, sizeUpdate(2 ** 20)),
    ]),
  ),
  ...rules(
    'RFC 9113 §4.3.1, RFC 7541 §4.2',
    ...[[100], [0], [60], [0, 4_096], [100, 4_096], [2_000, 40, 3_000], [10_000]].flatMap((sizes) =>
      [0, 1, 3].map((before) =>
        answers(
          `answers in a table of ${sizes.join(', then ')} bytes, behind ${before} answers`,
          [
            async (client) => {
              let asked = 1
              const ask = async (count: number) => {
                for (let i = 0; i < count; i++, asked += 2) {
                  const id = asked
                  await client.send(get(id, `/bytes/${i}`)).until('an answer', () => client.stream(id).ended)
                }
              }
              await ask(before)
              const { acknowledged } = client
              client.send(...sizes.map((size) => settings([SETTING.HEADER_TABLE_SIZE, size])))
              await client.until(
                'the acknowledgements',
                (now) => now.acknowledged === acknowledged + sizes.length,
              )
              // from here on it is held to it
              for (const size of sizes) client.hpack.announce(size)
              await ask(5)
            },
          ],
          [],
        ),
      ),
    ),
    ...[0, 50, 100].map((size) =>
      answers(
        `answers in a table of ${size} bytes from the beginning`,
        [get(1), ended(1), get(3), ended(3), get(5)],
        [ok(5)],
        {
          settings: [[SETTING.HEADER_TABLE_SIZE, size]],
        },
      ),
    ),
  ),
  ...rules(
    'RFC 7541 §5.1',
    fails(
      'an index of more than 64 bits',
      Buffer.from([0xff, ...Array.from({ length: 10 }, () => 0xff), 0x01]),
    ),
    fails('an index of more than 32 bits', Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f])),
    fails('an index that would be 2 modulo 2^32', indexed(2 ** 32 + 2)),
    fails(
      'a length of more than 32 bits',
      Buffer.from([0x00, 0x01, 0x78, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]),
    ),
    fails('an index that does not end', Buffer.from([0xff, 0x80])),
    fails('an index that ends in front of its last byte', Buffer.from([0xff])),
    fails(
      'an integer of a hundred bytes that say nothing',
      Buffer.from([0xff, ...Array.from({ length: 100 }, () => 0x80), 0]),
    ),
    fails('a size of a table that does not end', Buffer.from([0x3f, 0xff, 0xff])),
  ),
  ...rules(
    'RFC 7541 §5.2',
    fails('a value longer than its block', Buffer.from([0x00, 0x01, 0x78, 0x05, 0x76])),
    fails('a name longer than its block', Buffer.from([0x00, 0x05, 0x78])),
    fails('a literal without a value', Buffer.from([0x00, 0x01, 0x78])),
    fails('a literal without anything', Buffer.from([0x00])),
    fails('a Huffman coded value longer than its block', Buffer.from([0x00, 0x01, 0x78, 0x82, 0x1c])),
    fails(
      'a Huffman coded value with padding of a whole byte',
      huffmanValue(Buffer.concat([packBits(huffmanBits('v')), Buffer.from([0xff])])),
    ),
    fails(
      'a Huffman coded value with padding of zeros',
      huffmanValue(packBits('11101110'.slice(0, 7) + '0')),
    ),
    fails(
      'a Huffman coded value with padding that is not of ones',
      huffmanValue(packBits(huffmanBits('a') + '101')),
    ),
    fails(
      'a Huffman coded value with EOS',
      huffmanValue(packBits(huffmanBits('v') + EOS + huffmanBits('w'))),
    ),
    fails('a Huffman coded value of nothing but EOS', huffmanValue(packBits(EOS))),
    fails('a Huffman coded value of 8 bits of padding', huffmanValue(Buffer.from([0xff]))),
    fails(
      'a Huffman coded name with EOS',
      Buffer.concat([Buffer.from([0x00, 0x84]), packBits(EOS), text('v')]),
    ),
    answers(
      'Huffman coded names and values',
      [
        headers(
          1,
          Buffer.concat([
            literal(':method', 'GET', 'plain', true),
            literal(':scheme', 'http', 'plain', true),
            literal(':path', '/x', 'plain', true),
            literal(':authority', 'example.org:8080', 'plain', true),
            literal('x', 'Aa0 ~!"#$%&\'()*+,-./:;<=>?@[]^_`{|}', 'plain', true),
          ]),
        ),
      ],
      [ok(1, 'Aa0 ~!"#$%&\'()*+,-./:;<=>?@[]^_`{|}')],
    ),
    ...['a', 'aaa', 'ab', 'abcdefg', 'w', 'X', '\\', '0'].map((value) =>
      answers(
        `Huffman coded ${JSON.stringify(value)}`,
        [ask(1, literal('x', value, 'plain', true))],
        [ok(1, value)],
      ),
    ),
    answers(
      'a Huffman coded value without characters',
      [ask(1, Buffer.from([0x00, 0x01, 0x78, 0x80]))],
      [ok(1, '')],
    ),
    answers(
      'a Huffman coded value of 2,000 characters',
      [ask(1, literal('x', 'long {~} '.repeat(222) + 'z', 'indexed', true)), ask(3, indexed(62))],
      [ok(1, 'long {~} '.repeat(222) + 'z'), ok(3, 'long {~} '.repeat(222) + 'z')],
    ),
  ),
  ...rules(
    'RFC 9113 §6.10',
    answers(
      'a block in six frames',
      [
        headers(1, ASK.subarray(0, 1), { whole: false }),
        ...[1, 2, 3, 4].map((at) => continuation(1, ASK.subarray(at, at + 1), false)),
        continuation(1, ASK.subarray(5)),
      ],
      [ok(1)],
    ),
    answers(
      'a block in two frames',
      [headers(1, ASK.subarray(0, 7), { whole: false }), continuation(1, ASK.subarray(7))],
      [ok(1)],
    ),
    answers(
      'a block in three frames',
      [
        headers(1, ASK.subarray(0, 7), { whole: false }),
        continuation(1, ASK.subarray(7, 20), false),
        continuation(1, ASK.subarray(20)),
      ],
      [ok(1)],
    ),
    answers(
      'HEADERS without any of the block',
      [headers(1, Buffer.alloc(0), { whole: false }), continuation(1, ASK)],
      [ok(1)],
    ),
    answers(
      'a last CONTINUATION without any of the block',
      [headers(1, ASK, { whole: false }), continuation(1, Buffer.alloc(0))],
      [ok(1)],
    ),
    answers(
      'a block with padding and priority in two frames',
      [
        headers(1, ASK.subarray(0, 7), { whole: false, pad: 30, dependsOn: 0 }),
        continuation(1, ASK.subarray(7)),
      ],
      [ok(1)],
    ),
    breaks('CONTINUATION without HEADERS', PROTOCOL_ERROR, [continuation(1, ASK)], { seen: 0 }),
    breaks(
      'CONTINUATION on stream 0',
      PROTOCOL_ERROR,
      [headers(1, ASK.subarray(0, 7), { whole: false }), continuation(0, ASK.subarray(7))],
      {
        seen: 0,
      },
    ),
    breaks('CONTINUATION behind whole HEADERS', PROTOCOL_ERROR, [
      headers(1, requestBlock({ ':path': '/hang', ':method': 'POST' }), { end: false }),
      continuation(1, block(['y', 'z'])),
    ]),
    breaks('CONTINUATION behind the last CONTINUATION', PROTOCOL_ERROR, [
      headers(1, requestBlock({ ':path': '/hang', ':method': 'POST' }).subarray(0, 9), {
        whole: false,
        end: false,
      }),
      continuation(1, requestBlock({ ':path': '/hang', ':method': 'POST' }).subarray(9)),
      continuation(1, block(['y', 'z'])),
    ]),
    breaks('CONTINUATION behind DATA', PROTOCOL_ERROR, [
      headers(1, requestBlock({ ':path': '/hang', ':method': 'POST' }), { end: false }),
      Buffer.from([0, 0, 1, 0, 0, 0, 0, 0, 1, 0x78]),
      continuation(1, block(['y', 'z'])),
    ]),
  ),
  ...rules(
    'RFC 9113 §4.3',
    answers(
      'a malformed request belongs to the compression of what follows',
      [headers(1, Buffer.concat([requestBlock({ Upper: 'x' }), entry('kept')])), ask(3, indexed(62))],
      [ok(3, 'kept')],
    ),
    resets(
      'a request that is malformed in its first field leaves the rest decoded',
      PROTOCOL_ERROR,
      [
        headers(1, Buffer.concat([block(['Upper', 'x']), requestBlock(), entry('kept')])),
        ask(3, indexed(62)),
        ended(3) as Step,
      ],
      {
        check: (client) => {
          if (client.goaway === undefined && client.stream(3).body !== 'kept')
            throw new Error('it was not kept')
        },
      },
    ),
  ),
]
