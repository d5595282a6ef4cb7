import { setImmediate as turn } from 'node:timers/promises'
import { Exclude, Expose, instanceToPlain, Type } from 'class-transformer'
import { writeJson } from '../../lib/index.js'
import { compileJsonWriters } from '../../lib/serialization/json-writer.js'
import { compileResultWriter } from '../../lib/serialization/result-writer.js'
import { fc } from '../support/properties.js'

class Part {
  @Expose() sku: unknown
  @Exclude() cost: unknown
}

class Order {
  id: unknown
  @Type(() => Part) part: unknown
  note: unknown
  @Expose({ name: 'sum' }) total: unknown
}

const some = fc.oneof(
  fc.constantFrom(
    'a',
    'a text of more than a few words, forty and more characters',
    'ж',
    '"',
    null,
    undefined,
  ),
  fc.integer(),
  fc.double(),
  fc.date(),
)
const part = fc
  .record({ sku: some, cost: some }, { requiredKeys: [] })
  .map((given) => Object.assign(new Part(), given))
const orders = fc
  .record(
    {
      id: some,
      part: fc.oneof(part, fc.array(part, { maxLength: 3 }), some),
      note: some,
      total: some,
      more: some,
    },
    { requiredKeys: [] },
  )
  .map((given) => Object.assign(new Order(), given))
const results = fc.oneof(orders, fc.array(orders, { maxLength: 3 }))

/** Uses a writer until it has code of its own. */
async function hasten(write: (value: unknown) => unknown): Promise<void> {
  for (let i = 0; i < 1000; i++) write(Object.assign(new Order(), { id: i, note: 'x' }))
  // loading goes on elsewhere, so there is nothing to wait for but turns
  for (let i = 0; i < 200; i++) await turn()
}

describe('a writer that is used much gets code of its own, which writes the same', () => {
  it('as JSON.stringify', async () => {
    const { writeBody } = compileJsonWriters(Order)
    await hasten(writeBody)
    fc.assert(
      fc.property(results, (value) => {
        expect(String(writeBody(value))).toBe(JSON.stringify(value))
      }),
      { numRuns: 500 },
    )
  })

  it('as the serializer', async () => {
    const { writeBody } = compileResultWriter(
      {},
      { convert: (value) => instanceToPlain(value), write: writeJson, isOther: () => false },
    )!
    await hasten(writeBody!)
    fc.assert(
      fc.property(results, (value) => {
        expect(String(writeBody!(value))).toBe(JSON.stringify(instanceToPlain(value)))
      }),
      { numRuns: 500 },
    )
  })
})
