import { Exclude, Expose, instanceToPlain, Type } from 'class-transformer'
import { plainFallback, toPlain } from '../../lib/serialization/index.js'
import { compilePlain } from '../../lib/serialization/compile-plain.js'
import { buildClass, classShape, instanceOf, options, type Shape } from './generated-instances.js'
import { storageMaps, transformerMetadata } from '../../lib/validation/transformer-metadata.js'
import { fc, SEED } from '../support/properties.js'

const environment = process.env

/** Generated classes; each gets up to four instances. Raise it with SERIALIZATION_RUNS for a long soak. */
const RUNS = Number(environment['SERIALIZATION_RUNS'] ?? 2000)

/** A hundred times what is usual, in ms; fast-check stops first, because a timeout of the runner names no seed. */
const TIME_LIMIT = 600_000 + RUNS * 300

/** Order of keys included, at every level; what has no order stays as it is. */
function spelled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(spelled)
  if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof Uint8Array)
    return value
  return Object.entries(value).map(([key, item]) => [key, spelled(item)])
}

function outcomeOf(make: () => unknown): unknown {
  try {
    return { value: make() }
  } catch (error) {
    return { thrown: (error as Error).constructor.name }
  }
}

describe('compiled instanceToPlain against class-transformer', () => {
  it('gives equal objects, order of keys included', { timeout: 2 * TIME_LIMIT }, () => {
    let compiled = 0
    let total = 0
    const cases = classShape.chain((shape: Shape) =>
      fc.record({
        shape: fc.constant(shape),
        options,
        makers: fc.array(instanceOf(shape), { minLength: 1, maxLength: 4 }),
      }),
    )
    fc.assert(
      fc.property(cases, ({ shape, options: given, makers }) => {
        const built = buildClass(shape)
        const plain = compilePlain(given)
        for (const make of makers) {
          const expected = outcomeOf(() => instanceToPlain(make(built), given)) as { value: unknown }
          const actual = outcomeOf(() => plain.run(make(built))) as { value: unknown }
          expect(actual).toStrictEqual(expected)
          expect(spelled(actual.value)).toEqual(spelled(expected.value))
          total++
          if (plain.fallbackOf(built.target).length === 0) compiled++
        }
        // the library never lets go of a class
        transformerMetadata.clear()
        storageMaps._transformMetadatas.clear()
      }),
      { numRuns: RUNS, interruptAfterTimeLimit: TIME_LIMIT, markInterruptAsFailure: true },
    )
    // the comparison is worth little if hardly anything is compiled
    expect(compiled, `seed ${SEED}`).toBeGreaterThan(total / 2)
  })

  it('waits for promises', async () => {
    class Inner {
      @Exclude() secret = 1
      shown = 2
    }
    class Outer {
      @Type(() => Inner) late: unknown = Promise.resolve({ secret: 1, shown: 2 })
    }
    const plain = toPlain(new Outer(), {}) as { late: Promise<unknown> }
    expect(await plain.late).toEqual({ shown: 2 })
  })

  it('reads a getter once', () => {
    let reads = 0
    class Counted {
      @Expose() get reads() {
        return ++reads
      }
    }
    expect(toPlain(new Counted(), {})).toEqual({ reads: 1 })
  })

  it('takes data with a key "constructor" for data', () => {
    expect(toPlain(JSON.parse('{"a":1,"constructor":"x","__proto__":{"b":2}}') as object, {})).toEqual({
      a: 1,
    })
  })

  it('tells where an object refers to itself', () => {
    class Node {
      items: unknown[] = []
    }
    const node = new Node()
    node.items.push(new Node(), { up: node })
    expect(() => toPlain(node, {})).toThrow(
      expect.objectContaining({
        code: 'CORBEL_JSON_CIRCULAR',
        details: { path: 'items[1].up', target: 'the value itself' },
      }),
    )
  })

  it('says what is left to the library', () => {
    class Shape2 {}
    class Drawing {
      @Type(() => Object, { discriminator: { property: 'kind', subTypes: [{ name: 'a', value: Shape2 }] } })
      shape: unknown
    }
    class Album {
      @Type(() => Drawing) drawings: Drawing[]
    }
    expect(plainFallback(Album, {})).toEqual([
      'Drawing.shape has a discriminator, which is written into the instance',
    ])
    expect(plainFallback(Shape2, { enableCircularCheck: true })).toEqual(['the option enableCircularCheck'])
  })
})
