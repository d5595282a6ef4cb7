import { compileJsonWriter } from '../../lib/serialization/index.js'
import { compileJsonWriters } from '../../lib/serialization/json-writer.js'
import { bodyOf, putNumber, putText, putTime, textOf, type Put } from '../../lib/serialization/bytes/index.js'
import { fc } from '../support/properties.js'

const number: Put = (value, position) => putNumber(value as number, position)
const text: Put = (value, position) => putText(value as string, position)
const time: Put = (value, position) => putTime(value as number, position)

describe('JSON in bytes', () => {
  it('spells numbers as the language does', () => {
    const numbers = fc.oneof(
      fc.double(),
      fc.integer(),
      fc.maxSafeInteger(),
      // the way of decimals, and what lies beside it
      fc
        .tuple(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 0, max: 9 }))
        .map(([n, e]) => n / 10 ** e),
      fc.tuple(fc.nat(1e9), fc.nat(1e6)).map(([whole, part]) => whole + part / 1e6),
      fc.tuple(fc.nat(1e9), fc.nat(1e6)).map(([whole, part]) => (whole + part / 1e6) * (1 + Number.EPSILON)),
    )
    const check = (value: number): void => {
      expect(textOf(number, value)).toBe(JSON.stringify(value))
    }
    fc.assert(fc.property(numbers, check), { numRuns: 5000 })
    for (let digits = 1; digits < 16; digits++)
      for (const value of [10 ** digits, 10 ** digits - 1, -(10 ** digits), 10 ** -digits, 1 + 10 ** -digits])
        check(value)
    for (const value of [
      -0,
      NaN,
      Infinity,
      -Infinity,
      2 ** 31,
      -(2 ** 31),
      2 ** 31 - 1,
      0.1 + 0.2,
      0.9999999,
      1e21,
      5e-324,
    ])
      check(value)
  })

  it('spells times as the language does', () => {
    const check = (value: number): void => {
      expect(textOf(time, value)).toBe(JSON.stringify(new Date(value)))
    }
    fc.assert(
      fc.property(
        fc.oneof(fc.integer({ min: -8.64e15, max: 8.64e15 }), fc.integer({ min: -1e13, max: 1e13 })),
        check,
      ),
      { numRuns: 5000 },
    )
    // where months and years begin, leap years that are none among them
    for (let year = 1590; year < 2410; year++)
      for (const [month, day] of [
        [0, 1],
        [1, 28],
        [1, 29],
        [2, 1],
        [7, 31],
        [11, 31],
      ] as const)
        check(Date.UTC(year, month, day, 23, 59, 59, 999))
    for (const year of [-1, 0, 1, 9999, 10_000])
      for (const offset of [-1, 0, 1])
        check(Date.UTC(2000, 0, 1) + (Date.UTC(year + 4000, 0, 1) - Date.UTC(6000, 0, 1)) + offset)
    for (const value of [NaN, 8.64e15, -8.64e15]) check(value)
  })

  it('escapes texts as the language does, whatever their characters and length', () => {
    for (let unit = 0; unit <= 0xffff; unit++) {
      for (const one of [
        String.fromCharCode(unit),
        `some text ${String.fromCharCode(unit)} of more than a few words`,
      ])
        if (textOf(text, one) !== JSON.stringify(one)) expect.fail(`U+${unit.toString(16)}`)
    }
    const pieces = fc.constantFrom('plain ', '"', '\\', '\n', '\u0001', 'é', 'ж', '😀', '\ud800')
    const mixed = fc
      .tuple(fc.array(pieces, { maxLength: 60 }), fc.constantFrom(1, 1, 1, 40, 3000))
      .map(([all, times]) => all.join('').repeat(times))
    fc.assert(
      fc.property(mixed, (one) => textOf(text, one) === JSON.stringify(one)),
      { numRuns: 2000 },
    )
  })

  it('gives ASCII as a text, and anything else as bytes of UTF-8', () => {
    expect(bodyOf(text, 'plain')).toBe('"plain"')
    expect(bodyOf(text, 'x'.repeat(300_000))).toBe(`"${'x'.repeat(300_000)}"`)
    for (const one of ['é', 'a longer text, with an é in it somewhere', 'ж'.repeat(100_000), '😀'.repeat(13)])
      expect(Buffer.from(JSON.stringify(one)).equals(bodyOf(text, one) as Uint8Array)).toBe(true)
    expect(bodyOf(text, 'plain again')).toBe('"plain again"')
  })

  it('goes on where the buffer ends', () => {
    class Row {
      a: unknown
    }
    const write = compileJsonWriter(Row)
    const { writeBody } = compileJsonWriters(Row)
    const row = (a: unknown): Row => Object.assign(new Row(), { a })
    const fillers = [
      'x',
      'x'.repeat(23),
      'x'.repeat(63),
      'ж'.repeat(20),
      'ж'.repeat(200),
      '😀'.repeat(30),
      `${'y'.repeat(100)}\n`,
      '\u0001'.repeat(48),
      1.5,
      new Date(0),
      true,
      null,
    ]
    for (const filler of fillers) {
      for (const length of [1000, 260_100, 260_101, 260_102, 261_120, 262_144, 600_000]) {
        const value = [
          row('y'.repeat(length)),
          ...Array.from({ length: 400 }, () => row(filler)),
          row([[row(filler)]]),
        ]
        const expected = JSON.stringify(value)
        if (write(value) !== expected) expect.fail(`${String(filler)} after ${length}`)
        if (String(writeBody(value)) !== expected) expect.fail(`${String(filler)} after ${length}, as a body`)
      }
    }
  })
})
