import { Type } from 'class-transformer'
import { IsString } from 'class-validator'
import { compileJsonWriter } from '../../lib/serialization/index.js'
import { compileJsonWriters } from '../../lib/serialization/json-writer.js'
import { fc } from '../support/properties.js'

const environment = process.env
const RUNS = Number(environment['SERIALIZATION_RUNS'] ?? 3000)

class Line {
  @IsString() sku: string
  @IsString() price: number
}

class Address {
  @IsString() street: string
}

class Order {
  @IsString() id: unknown
  @IsString() name: unknown
  @IsString() address: Address
  @Type(() => Line) lines: unknown
  @Type(() => Order) parent: unknown
  @Type(() => Date) placed: unknown
}

class Derived extends Order {
  toJSON(key: string): object {
    return Object.fromEntries([['key', key], ...Object.entries(this)])
  }
}

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  // any code units: control characters, quotes, lone surrogates
  fc
    .array(
      fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0x22, 0x5c, 0xd800, 0xdfff, 0x2028)),
      {
        maxLength: 40,
      },
    )
    .map((units) => String.fromCharCode(...units)),
  fc.constantFrom('', 'Ada', 'Ada Lovelace, Countess of Lovelace', '__proto__', 'toJSON'),
)
const scalar = fc.oneof(
  text,
  fc.double(),
  fc.integer(),
  fc.constantFrom<unknown[]>(
    -0,
    NaN,
    Infinity,
    1e21,
    5e-324,
    true,
    false,
    null,
    undefined,
    Symbol.iterator,
    () => 1,
  ),
)
const odd = fc.constantFrom<unknown[]>(
  new Date(0),
  new Date(NaN),
  Object.assign(new Date(1), { toJSON: () => 'a date of my own' }),
  { toJSON: (key: string) => ({ key }) },
  { toJSON: () => undefined },
  { toJSON: 'not a function' },
  Object.assign(() => 1, { toJSON: () => 'a function' }),
  new Map([['a', 1]]),
  new Set([1]),
  new String('boxed'),
  new Number(7),
  new Boolean(false),
  /regexp/,
  Buffer.from('bytes'),
  Object.create(null),
  Object.create({ inherited: 1 }),
  new Proxy({ a: 1 }, {}),
  Object.defineProperty({ seen: 1 }, 'hidden', { value: 2 }),
  Object.defineProperty({}, 'toJSON', { value: () => 'hidden toJSON' }),
  {
    get computed() {
      return 'computed'
    },
  },
  { 2: 'b', 1: 'a', z: 0 },
  // eslint-disable-next-line no-sparse-arrays -- holes are the point
  [1, , undefined, () => 1],
)
const key = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('id', 'name', 'address', 'lines', 'parent', 'placed', 'sku', 'street'),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('toString', '', '7', '0', 'quo"te', '\u2028', '\ud800', 'constructor'),
  },
  text,
)

const { value: anything } = fc.letrec<{ value: unknown; object: object }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    { weight: 4, arbitrary: scalar },
    odd,
    fc.array(tie('value'), { maxLength: 4 }),
    {
      weight: 3,
      arbitrary: tie('object'),
    },
  ),
  object: fc
    .tuple(
      fc.array(fc.tuple(key, tie('value')), { maxLength: 8 }),
      fc.constantFrom(Object, Order, Line, Address, Derived),
    )
    .map(([entries, type]) => {
      const object = Object.create(type.prototype as object) as object
      for (const [name, value] of entries)
        Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
      return object
    }),
}))

describe('a writer for a class', () => {
  it('writes what JSON.stringify writes, whatever it is given', { timeout: 600_000 }, () => {
    // one writer for all runs: what it has learned from one value must not show in the next
    const writers = compileJsonWriters(Order)
    const fresh = fc.boolean()
    fc.assert(
      fc.property(anything, fresh, (value, isFresh) => {
        const { write, writeBody } = isFresh ? compileJsonWriters(Order) : writers
        const expected = JSON.stringify(value) ?? ''
        // bytes where it is no ASCII
        expect(String(writeBody(value))).toBe(expected)
        expect(write(value)).toBe(expected)
      }),
      { numRuns: RUNS },
    )
  })

  it('writes nested classes, and reads a getter once', () => {
    let reads = 0
    const order = Object.assign(new Order(), {
      id: 1,
      address: Object.assign(new Address(), { street: 'Main' }),
    })
    Object.defineProperty(order, 'name', { get: () => `read ${++reads}`, enumerable: true })
    expect(compileJsonWriter(Order)(order)).toBe('{"id":1,"address":{"street":"Main"},"name":"read 1"}')
  })

  it('leaves dictionaries to the engine', () => {
    const write = compileJsonWriter(Order)
    for (let i = 0; i < 500; i++) {
      const value = { [`key ${i}`]: i, id: i }
      expect(write(value)).toBe(JSON.stringify(value))
    }
  })

  it('is not misled by what is enumerable on a prototype', () => {
    class Mixed {
      a = 1
    }
    const write = compileJsonWriter(Mixed)
    expect(write(new Mixed())).toBe('{"a":1}')
    Object.assign(Mixed.prototype, { mixedIn: 2 })
    expect(write(new Mixed())).toBe('{"a":1}')
    const prototype = Object.prototype as { polluted?: number; toJSON?: () => unknown }
    try {
      prototype.polluted = 3
      expect(compileJsonWriter(Order)({ id: 1 })).toBe('{"id":1}')
      delete prototype.polluted
      prototype.toJSON = () => 'patched'
      expect(write({ a: 1 })).toBe('"patched"')
    } finally {
      delete prototype.polluted
      delete prototype.toJSON
    }
  })

  it('honours a toJSON that all dates or BigInts were given', () => {
    const write = compileJsonWriter(Order)
    const dates = Date.prototype as { toJSON: unknown }
    const { toJSON } = dates
    const bigInts = BigInt.prototype as { toJSON?: () => string }
    try {
      dates.toJSON = () => 'some day'
      expect(write({ placed: new Date() })).toBe('{"placed":"some day"}')
      bigInts.toJSON = () => 'big'
      expect(write({ id: 1n })).toBe('{"id":"big"}')
    } finally {
      dates.toJSON = toJSON
      delete bigInts.toJSON
    }
  })

  it('tells where a value refers to itself', () => {
    const write = compileJsonWriter(Order)
    const thrown = (make: () => object): unknown => {
      try {
        return write(make())
      } catch (error) {
        return (error as { code: string; details: object }).details
      }
    }
    const order = (): Order & { order?: Order } =>
      Object.assign(new Order(), { id: 1, lines: [] as object[] })
    expect(
      thrown(() => {
        const outer = { order: order() }
        ;(outer.order.lines as object[]).push({ order: outer.order })
        return outer
      }),
    ).toEqual({ path: 'order.lines[0].order', target: 'order' })
    expect(thrown(() => Object.assign(order(), { parent: null }, { 'a b': 1 }))).toMatch(/^\{/)
    expect(
      thrown(() => {
        const one = order()
        one.parent = Object.assign(order(), { parent: one })
        return one
      }),
    ).toEqual({ path: 'parent.parent', target: 'the value itself' })
    const shared = { id: 7 }
    expect(write({ id: shared, name: [shared, shared] })).toBe('{"id":{"id":7},"name":[{"id":7},{"id":7}]}')
  })

  it('refuses BigInts with their place, or writes them as text', () => {
    const value = { id: 1, lines: [{ total: 12n, 'odd name': { deep: 1n } }] }
    expect(() => compileJsonWriter(Order)(value)).toThrow(
      expect.objectContaining({ code: 'CORBEL_JSON_BIGINT', details: { path: 'lines[0].total' } }),
    )
    expect(compileJsonWriter(Order, { bigint: 'string' })(value)).toBe(
      '{"id":1,"lines":[{"total":"12","odd name":{"deep":"1"}}]}',
    )
    const circular: Record<string, unknown> = { big: 1n }
    circular['self'] = circular
    expect(() => compileJsonWriter(Order, { bigint: 'string' })(circular)).toThrow('refers back')
  })

  it('lets through what a toJSON of the application throws', () => {
    const broken = {
      toJSON: () => {
        throw new TypeError('mine')
      },
    }
    expect(() => compileJsonWriter(Order)({ id: broken })).toThrow('mine')
  })
})
