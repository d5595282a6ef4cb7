import { FrameReader, type FrameEvents } from '../../../lib/server/h2/frame-reader.js'
import { fc } from '../../support/properties.js'
import { frame, PREFACE, settings, u32 } from './client.js'

const LIMITS = { maxFrameSize: 16_384, maxHeaderListSize: 32_768, maxContinuations: 8 }

/** What a reader makes of chunks: its events, and the error that ended it. */
function read(chunks: readonly Uint8Array[], preface = true): string[] {
  const log: string[] = []
  const hex = (bytes: Uint8Array, start = 0, end = bytes.length) =>
    Buffer.from(bytes.subarray(start, end)).toString('hex')
  const events: FrameEvents = {
    onData: (id, bytes, start, end, size, ends) => log.push(`DATA ${id} ${hex(bytes, start, end)} ${size} ${ends}`),
    onHeaders: (id, bytes, start, end, ends, self) => log.push(`HEADERS ${id} ${hex(bytes, start, end)} ${ends} ${self}`),
    onRstStream: (id, code) => log.push(`RST_STREAM ${id} ${code}`),
    onSettings: (payload) => log.push(`SETTINGS ${payload === undefined ? 'ack' : hex(payload)}`),
    onPing: (data, isAck) => log.push(`PING ${hex(data)} ${isAck}`),
    onGoaway: (last, code) => log.push(`GOAWAY ${last} ${code}`),
    onWindowUpdate: (id, increment) => log.push(`WINDOW_UPDATE ${id} ${increment}`),
    onPriorityUpdate: (id, value) => log.push(`PRIORITY_UPDATE ${id} ${hex(value)}`),
    onIgnored: (type, id) => log.push(`ignored ${type} ${id}`),
    onEmpty: () => log.push('empty'),
    onStreamError: (id, code, reason) => log.push(`stream error ${id} ${code} ${reason}`),
  } // prettier-ignore
  const reader = new FrameReader(events, LIMITS, preface)
  try {
    for (const chunk of chunks) reader.receive(chunk)
  } catch (error) {
    log.push(String(error))
  }
  return log
}

const one = (...frames: Buffer[]) => read([Buffer.concat([settings(), ...frames])], false).slice(1)

describe('the frame reader', () => {
  it('takes padding, priorities and reserved bits off', () => {
    expect(
      one(
        frame(0, 9, 1, '\x03ab\0\0\0'),
        frame(1, 0x2d, 3, `\x02\x80\0\0\x01\xffblock\0\0`),
        frame(0, 0, 0x80000005, 'x'),
        frame(8, 0, 0, u32(0x80000007)),
        frame(7, 0, 0, '\x80\0\0\x09\0\0\0\x02debug'),
      ),
    ).toEqual([
      'DATA 1 6162 6 true',
      'HEADERS 3 626c6f636b true false',
      'DATA 5 78 1 false',
      'WINDOW_UPDATE 0 7',
      'GOAWAY 9 2',
    ])
  })

  it('puts header blocks together', () => {
    expect(one(frame(1, 1, 1, 'a'), frame(9, 0, 1, ''), frame(9, 0, 1, 'b'), frame(9, 4, 1, 'c'))).toEqual([
      'empty',
      'HEADERS 1 616263 true false',
    ])
  })

  it.each([
    ['PROTOCOL_ERROR', 'DATA on stream 0', frame(0, 0, 0, 'x')],
    ['PROTOCOL_ERROR', 'more padding than bytes in DATA', frame(0, 8, 1, '\x02x')],
    ['FRAME_SIZE_ERROR', 'padded DATA of nothing', frame(0, 8, 1)],
    ['PROTOCOL_ERROR', 'HEADERS on stream 0', frame(1, 4, 0, 'x')],
    ['PROTOCOL_ERROR', 'more padding than bytes in HEADERS', frame(1, 12, 1, '\x02x')],
    ['FRAME_SIZE_ERROR', 'HEADERS without its priority', frame(1, 0x24, 1, 'xxxx')],
    ['PROTOCOL_ERROR', 'another frame within a block', Buffer.concat([frame(1, 0, 1, 'x'), frame(6, 0, 0, '12345678')])],
    ['PROTOCOL_ERROR', 'another stream within a block', Buffer.concat([frame(1, 0, 1, 'x'), frame(9, 4, 3, 'x')])],
    ['PROTOCOL_ERROR', 'CONTINUATION without a block', frame(9, 4, 1, 'x')],
    ['ENHANCE_YOUR_CALM', 'CONTINUATION without end', Buffer.concat([frame(1, 0, 1, 'x'), ...Array.from({ length: 9 }, () => frame(9, 0, 1, 'x'))])],
    ['PROTOCOL_ERROR', 'PRIORITY on stream 0', frame(2, 0, 0, '12345')],
    ['FRAME_SIZE_ERROR', 'RST_STREAM of 3 bytes', frame(3, 0, 1, '123')],
    ['PROTOCOL_ERROR', 'RST_STREAM on stream 0', frame(3, 0, 0, '1234')],
    ['PROTOCOL_ERROR', 'SETTINGS on a stream', frame(4, 0, 1)],
    ['FRAME_SIZE_ERROR', 'SETTINGS of 5 bytes', frame(4, 0, 0, '12345')],
    ['FRAME_SIZE_ERROR', 'an acknowledgement with a payload', frame(4, 1, 0, '123456')],
    ['PROTOCOL_ERROR', 'PUSH_PROMISE', frame(5, 4, 1, '1234')],
    ['FRAME_SIZE_ERROR', 'PING of 7 bytes', frame(6, 0, 0, '1234567')],
    ['PROTOCOL_ERROR', 'PING on a stream', frame(6, 0, 1, '12345678')],
    ['FRAME_SIZE_ERROR', 'GOAWAY of 7 bytes', frame(7, 0, 0, '1234567')],
    ['PROTOCOL_ERROR', 'GOAWAY on a stream', frame(7, 0, 1, '12345678')],
    ['FRAME_SIZE_ERROR', 'WINDOW_UPDATE of 5 bytes', frame(8, 0, 1, '12345')],
    ['PROTOCOL_ERROR', 'PRIORITY_UPDATE on a stream', frame(16, 0, 1, '1234')],
    ['FRAME_SIZE_ERROR', 'PRIORITY_UPDATE of 3 bytes', frame(16, 0, 0, '123')],
    ['FRAME_SIZE_ERROR', 'a frame beyond the largest', frame(0, 0, 1, Buffer.alloc(16_385))],
  ])('ends the connection by %s for %s', (code, _, bytes) => {
    const log = one(bytes)
    expect(log.at(-1)).toContain(`H2Error: ${code}`)
    expect(log.filter((line) => line.startsWith('H2Error'))).toHaveLength(1)
  }) // prettier-ignore

  it('blames the stream alone for PRIORITY that is malformed or names itself', () => {
    expect(one(frame(2, 0, 3, '1234'), frame(2, 0, 3, '\0\0\0\x03\0')).filter((line) => line.startsWith('stream'))).toEqual([
      'stream error 3 6 PRIORITY without 5 bytes',
      'stream error 3 1 a stream depends on itself',
    ])
  }) // prettier-ignore

  it.each([
    ['no preface', ['GET / HTTP/1.1\r\n\r\n']],
    ['a preface that ends otherwise', [`${PREFACE.slice(0, -1)}x`]],
  ])('refuses %s', (_, [text]) => {
    expect(read([Buffer.from(text!, 'latin1')])).toEqual([
      'H2Error: PROTOCOL_ERROR: this is no preface of HTTP/2',
    ])
  })

  it('wants SETTINGS first', () => {
    for (const first of [frame(6, 0, 0, '12345678'), frame(4, 1, 0)]) {
      expect(read([Buffer.from(PREFACE, 'latin1'), first])).toEqual([
        'H2Error: PROTOCOL_ERROR: the first frame is not SETTINGS',
      ])
    }
  })

  it('reads the same wherever the bytes are split, whatever they are', () => {
    const random = fc.tuple(
      fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 99),
      fc.constantFrom(0, 1, 4, 5, 8, 0x20, 0x2d),
      fc.integer({ min: 0, max: 5 }),
      fc.uint8Array({ maxLength: 40 }),
    )
    fc.assert(
      fc.property(
        fc.array(random, { maxLength: 12 }),
        fc.array(fc.nat(500), { maxLength: 20 }),
        (frames, cuts) => {
          const bytes = Buffer.concat([
            Buffer.from(PREFACE, 'latin1'),
            settings(),
            ...frames.map(([type, flags, id, payload]) => frame(type, flags, id, Buffer.from(payload))),
          ])
          const places = [...new Set([0, ...cuts.filter((cut) => cut < bytes.length), bytes.length])].sort((a, b) => a - b) // prettier-ignore
          // memory of its own for each piece, which is overwritten as soon as it was read
          const pieces = places.slice(1).map((end, i) => Buffer.from(bytes.subarray(places[i], end)))
          expect(read(pieces)).toEqual(read([bytes]))
        },
      ),
      { numRuns: 500 },
    )
  })
})
