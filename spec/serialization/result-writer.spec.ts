import { Exclude, Expose, instanceToPlain, plainToInstance, Transform, Type } from 'class-transformer'
import { toPlain } from '../../lib/serialization/index.js'
import type { SerializationOptions } from '../../lib/serialization/options.js'
import { compileResultWriter } from '../../lib/serialization/result-writer.js'
import { storageMaps, transformerMetadata } from '../../lib/validation/transformer-metadata.js'
import { writeJson } from '../../lib/web/index.js'
import { fc, SEED } from '../support/properties.js'
import { buildClass, classShape, instanceOf, options, type Shape } from './generated-instances.js'

const environment = process.env

/** Generated classes; each gets up to four instances. Raise it with SERIALIZATION_RUNS for a long soak. */
const RUNS = Number(environment['SERIALIZATION_RUNS'] ?? 2000)

/** A hundred times what is usual, in ms; fast-check stops first, because a timeout of the runner names no seed. */
const TIME_LIMIT = 600_000 + RUNS * 300

/** A writer that counts what goes the long way; undefined where the options leave everything to class-transformer. */
function counting(given: SerializationOptions) {
  let long = 0
  const writer = compileResultWriter(given, {
    convert: (value) => {
      long++
      if (Array.isArray(value)) return value.map((item) => plainOf(item, given))
      return plainOf(value, given)
    },
    write: writeJson,
    isOther: () => false,
  })
  return (
    writer && {
      // bytes where it is no ASCII
      write: (value: unknown) => String(writer.writeBody!(value)),
      text: writer.write,
      long: () => long,
    }
  )
}

function plainOf(value: unknown, given: SerializationOptions): unknown {
  return typeof value === 'object' && value !== null ? toPlain(value, given) : value
}

function write(value: unknown, given: SerializationOptions = {}): string {
  return counting(given)!.write(value)
}

function outcomeOf(make: () => string | undefined): unknown {
  try {
    return { text: make() ?? '' }
  } catch (error) {
    return { thrown: error instanceof Error }
  }
}

describe('a writer of results against class-transformer and JSON.stringify', () => {
  it(
    'writes the same text, whatever the class, the options and the instance',
    { timeout: 2 * TIME_LIMIT },
    () => {
      let short = 0
      let total = 0
      const cases = classShape.chain((shape: Shape) =>
        fc.record({
          shape: fc.constant(shape),
          options,
          makers: fc.array(instanceOf(shape), { minLength: 1, maxLength: 4 }),
          isList: fc.boolean(),
        }),
      )
      fc.assert(
        fc.property(cases, ({ shape, options: given, makers, isList }) => {
          const built = buildClass(shape)
          const writer = counting(given)
          for (const make of writer === undefined ? [] : makers) {
            const value = (): unknown => (isList ? [make(built), null, make(built)] : make(built))
            const expected = outcomeOf(() => JSON.stringify(instanceToPlain(value(), given)))
            const before = writer!.long()
            expect(outcomeOf(() => writer!.write(value()))).toEqual(expected)
            total++
            if (writer!.long() === before) short++
          }
          // the library never lets go of a class
          transformerMetadata.clear()
          storageMaps._transformMetadatas.clear()
        }),
        { numRuns: RUNS, interruptAfterTimeLimit: TIME_LIMIT, markInterruptAsFailure: true },
      )
      // the comparison is worth little if hardly anything is written in one pass
      expect(short, `seed ${SEED}`).toBeGreaterThan(total / 2)
    },
  )

  it(
    'makes views as plainToInstance does, of literals and of instances of other classes',
    { timeout: 2 * TIME_LIMIT },
    () => {
      let short = 0
      let total = 0
      const cases = fc.tuple(classShape, classShape).chain(([view, entity]) =>
        fc.record({
          view: fc.constant(view),
          entity: fc.constant(entity),
          options,
          makers: fc.array(instanceOf(entity), { minLength: 1, maxLength: 4 }),
          isPlain: fc.boolean(),
        }),
      )
      fc.assert(
        fc.property(cases, ({ view, entity, options: given, makers, isPlain }) => {
          const [{ target }, built] = [buildClass(view), buildClass(entity)]
          const writer = counting({ ...given, type: target })
          for (const make of writer === undefined ? [] : makers) {
            const value = (): unknown => {
              const made = make(built)
              return isPlain && typeof made === 'object' ? { ...made } : made
            }
            const expected = outcomeOf(() => {
              const instance: unknown = plainToInstance(target, value(), given)
              return JSON.stringify(instanceToPlain(instance, given))
            })
            // class-transformer fails where a discriminator names no class
            if (typeof expected === 'object' && 'thrown' in expected!) continue
            const before = writer!.long()
            expect(outcomeOf(() => writer!.write(value()))).toEqual(expected)
            total++
            if (writer!.long() === before) short++
          }
          transformerMetadata.clear()
          storageMaps._transformMetadatas.clear()
        }),
        { numRuns: RUNS / 2, interruptAfterTimeLimit: TIME_LIMIT, markInterruptAsFailure: true },
      )
      expect(short / total).toBeGreaterThan(0.3)
    },
  )

  it('is wrong about nothing that objects of one class may be', () => {
    class Item {
      @Exclude() secret = 1
      shown: unknown = 'yes'
      @Expose() get label(): string {
        return `item ${String(this.shown)}`
      }
    }
    class Order {
      @Expose({ name: 'number' }) id = 7
      @Type(() => Item) items: unknown = [new Item()]
      @Type(() => Date) placed: unknown = '2024-02-29T12:00:00Z'
      @Transform(({ value }) => (value as string).toUpperCase()) note = 'by hand'
      method = (): object => new Item()
      open: unknown
    }
    // eslint-disable-next-line no-sparse-arrays -- holes are the point
    const holes = [new Item(), , undefined, () => 1]
    const orders: Order[] = [
      new Map([['k', new Item()]]),
      new Set([new Item(), 1]),
      Promise.resolve(1),
      { then: () => 1 },
      new Date(0),
      new Date(NaN),
      Buffer.from('b'),
      Uint8Array.of(1),
      new String('s'),
      new Number(1),
      { 2: 'b', 1: 'a', z: 0 },
      { toJSON: () => 1 },
      { ключ: 'слово' },
      { ['k'.repeat(300)]: 1 },
      { a: { b: { c: new Item() } } },
      holes,
      Object.create(null),
      Object.assign(Object.create({ inherited: 1 }) as object, { own: new Item() }),
      () => new Item(),
      Symbol('s'),
      null,
      undefined,
      new Proxy(new Item(), {}),
      'тест "x"',
      '\ud800',
    ].map((open) => Object.assign(new Order(), { open }))
    const given = {}
    const writer = counting(given)!
    for (const order of [...orders, ...orders]) {
      const expected = JSON.stringify(instanceToPlain(order))
      expect(writer.write(order)).toBe(expected)
      expect(writer.write([order, order])).toBe(`[${expected},${expected}]`)
    }
    // with which class-transformer fails
    expect(writer.write({ constructor: 1, a: new Item() })).toBe('{"a":{"shown":"yes","label":"item yes"}}')
    expect(writer.long()).toBe(0)
  })

  it('makes instances of a type first', () => {
    class View {
      @Expose() id: number
      @Exclude() secret: string
    }
    const given: SerializationOptions = { type: View, strategy: 'excludeAll' }
    const values = [
      { id: 1, secret: 'x', more: 2 },
      Object.assign(new View(), { id: 2, secret: 'y' }),
      null,
      'text',
    ]
    expect(write(values, given)).toBe('[{"id":1},{"id":2},null,"text"]')
    expect(write(values[0], given)).toBe('{"id":1}')
    // what the view does not show may refer to itself, as entities do
    class Entity {
      id = 3
      secret = 'z'
      owner?: object
    }
    const entity = new Entity()
    entity.owner = { entity }
    expect(write([entity], given)).toBe('[{"id":3}]')
  })

  it('excludes in the entries of a Map that is the result, as the serializer does', () => {
    class Item {
      @Exclude() secret = 1
      shown = 'ж'
    }
    const result = new Map([['a', new Item()]])
    expect(write(result)).toBe('{"a":{"shown":"ж"}}')
    expect(write([result, new Item()])).toBe('[{"a":{"shown":"ж"}},{"shown":"ж"}]')
  })

  it('takes back what it has written, where a later key is for the long way', () => {
    for (const text of ['plain', 'ж', 'a text of more than a few words', 'ж'.repeat(40), '"\n'.repeat(40)]) {
      const odd = [
        { a: text, b: text },
        { a: text, n: 1, then: 1, b: 'ж' },
        { a: 'ж', b: text },
      ]
      expect(write(odd)).toBe(JSON.stringify(odd))
    }
    class Priced {
      name = 'ж'
      @Transform(({ value }: { value: number }) => value + 1) price = 1
      constructor(readonly more: object = {}) {
        Object.assign(this, more)
      }
    }
    expect(write([new Priced(), new Priced({ then: 'x' }), new Priced()])).toBe(
      JSON.stringify(
        [new Priced(), new Priced({ then: 'x' }), new Priced()].map((one) => instanceToPlain(one)),
      ),
    )
  })

  it('knows two properties under one name, and dictionaries', () => {
    class Twice {
      @Expose({ name: 'name' }) first = 1
      last = 2
    }
    const values = [new Twice(), Object.assign(new Twice(), { name: 3 }), new Twice()]
    for (const value of values) expect(write(value)).toBe(JSON.stringify(instanceToPlain(value)))
    const { write: same } = counting({})!
    for (let i = 0; i < 200; i++) {
      const value = { [`key ${i}`]: new Twice(), id: i }
      expect(same(value)).toBe(JSON.stringify(instanceToPlain(value)))
    }
    for (let i = 0; i < 2000; i++) {
      // many places, each with keys of its own
      const value = Object.assign(new Twice(), { last: { [`a${i % 40}`]: { [`b${i}`]: i } } })
      expect(same(value)).toBe(JSON.stringify(instanceToPlain(value)))
    }
  })

  it('reads a getter once, and transforms once', () => {
    let calls = 0
    class Counted {
      @Expose() get reads(): number {
        return ++calls
      }
      @Transform(() => ++calls) other = 0
    }
    expect(write(new Counted())).toBe('{"other":1,"reads":2}')
  })

  it('is not misled by what is enumerable on a prototype, or given to all objects', () => {
    class Mixed {
      a = 1
    }
    const { write: same } = counting({})!
    expect(same(new Mixed())).toBe('{"a":1}')
    Object.assign(Mixed.prototype, { mixedIn: 2 })
    expect(same(new Mixed())).toBe('{"a":1}')
    const prototype = Object.prototype as { polluted?: number; toJSON?: () => unknown }
    try {
      prototype.polluted = 3
      expect(same({ a: 1 })).toBe('{"a":1}')
      delete prototype.polluted
      prototype.toJSON = () => 'patched'
      expect(same({ a: 1 })).toBe('"patched"')
    } finally {
      delete prototype.polluted
      delete prototype.toJSON
    }
  })

  it('lets what it calls write other values meanwhile', () => {
    class Inner {
      @Exclude() secret = 1
      shown = 'inner'
    }
    const { write: same } = counting({})!
    class Outer {
      before = 'before'
      @Transform(() => same(new Inner())) text = ''
      after = 'after'
    }
    expect(JSON.parse(same(new Outer()))).toEqual({
      before: 'before',
      text: '{"shown":"inner"}',
      after: 'after',
    })
  })

  it('writes what is deep, and tells where something refers to itself', () => {
    class Node {
      @Type(() => Node) child?: Node
      @Exclude() secret = 1
      list: unknown[] = []
    }
    const deep = new Node()
    let last = deep
    for (let i = 0; i < 100; i++) last = last.child = new Node()
    let nested: unknown = last
    for (let i = 0; i < 100; i++) nested = [nested]
    expect(write(nested)).toBe(JSON.stringify(instanceToPlain(nested)))
    expect(write(deep)).toBe(JSON.stringify(instanceToPlain(deep)))
    last.list.push({ up: last })
    expect(() => write(last)).toThrow(
      expect.objectContaining({
        code: 'CORBEL_JSON_CIRCULAR',
        details: { path: 'list[0].up', target: 'the value itself' },
      }),
    )
    expect(() => write({ a: [new Node(), { big: 1n }] })).toThrow(
      expect.objectContaining({ code: 'CORBEL_JSON_BIGINT', details: { path: 'a[1].big' } }),
    )
    // what is left of a failed value must not show in the next
    expect(write({ a: 'ж' })).toBe('{"a":"ж"}')
    expect(counting({})!.text({ a: 'ж' })).toBe('{"a":"ж"}')
  })

  it('is not made where class-transformer has to do all', () => {
    const long = { convert: (value: unknown) => value, write: writeJson, isOther: () => false }
    expect(compileResultWriter({ enableCircularCheck: true }, long)).toBeUndefined()
    expect(compileResultWriter({ type: Buffer }, long)).toBeUndefined()
  })
})
