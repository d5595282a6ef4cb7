import { setImmediate as turn } from 'node:timers/promises'
import { Type } from 'class-transformer'
import { IsInt, IsOptional, IsString, Length, ValidateNested } from 'class-validator'
import { compileValidator } from '../../lib/validation/index.js'
import { fc } from '../support/properties.js'

class Part {
  @IsString() @Length(1, 20) name: string
  @IsOptional() @IsInt() count?: number
}

/** More properties than one function fills. */
class Thing {
  @IsString() a: string
  @IsOptional() @IsString() b?: string
  @ValidateNested() @Type(() => Part) c: Part
  @ValidateNested({ each: true }) @Type(() => Part) d: Part[]
  @IsInt() e: number
  @IsOptional() @IsInt() f?: number
  @IsString() g: string
  @IsString() h: string
  @IsString() i: string
  @IsOptional() @IsString() j?: string
  @IsOptional() @ValidateNested() @Type(() => Part) k?: Part
}

const right = {
  a: 'a',
  b: 'b',
  c: { name: 'one', count: 1 },
  d: [{ name: 'two' }, { name: 'three', count: 3 }],
  e: 1,
  f: 2,
  g: 'g',
  h: 'h',
  i: 'i',
  j: 'j',
  k: { name: 'four' },
}

/** Uses a validator until its class has code of its own. */
async function hasten(validator: ReturnType<typeof compileValidator<Thing>>): Promise<void> {
  for (let i = 0; i < 1000; i++) await validator.run(structuredClone(right))
  // loading goes on elsewhere, so there is nothing to wait for but turns
  for (let i = 0; i < 200; i++) await turn()
}

const anything = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('x', 'a text', '') },
  { weight: 3, arbitrary: fc.integer() },
  fc.constantFrom(null, undefined, true, 1.5, NaN, [], {}, [{ name: 'a' }], { name: 'a', more: 1 }),
)
/** Bodies that are right but for a few keys, which are changed, taken away, added or moved to the end. */
const bodies = fc
  .array(
    fc.tuple(
      fc.constantFrom(...Object.keys(right), 'z', '__proto__', 'constructor'),
      fc.constantFrom('set', 'drop', 'move'),
      anything,
    ),
    { maxLength: 3 },
  )
  .map((changes) => {
    const body: Record<string, unknown> = structuredClone(right)
    for (const [key, change, value] of changes) {
      const old = Object.hasOwn(body, key) ? body[key] : undefined
      if (change !== 'set') delete body[key]
      if (change !== 'drop')
        Object.defineProperty(body, key, {
          value: change === 'move' ? old : value,
          enumerable: true,
          configurable: true,
          writable: true,
        })
    }
    return body
  })

describe('a class that is used much', () => {
  it.each([{}, { whitelist: true }, { forbidNonWhitelisted: true, whitelist: true }])(
    'gets code of its own, which does the same: %o',
    async (options) => {
      const [fresh, used] = [compileValidator(Thing, options), compileValidator(Thing, options)]
      await hasten(used)
      await fc.assert(
        fc.asyncProperty(bodies, async (body) => {
          const [one, other] = [await fresh.run(structuredClone(body)), await used.run(structuredClone(body))]
          expect(other).toStrictEqual(one)
          expect(JSON.stringify(other.value)).toBe(JSON.stringify(one.value))
        }),
        { numRuns: 300 },
      )
    },
  )
})

describe('a class with initialisers', () => {
  class Settings {
    @IsString() theme = 'light'
    @IsInt() size: number
  }
  it('keeps what is missing', async () => {
    const validator = compileValidator(Settings)
    for (let i = 0; i < 3; i++) {
      const { value, errors } = await validator.run({ size: 2 })
      expect(errors).toEqual([])
      expect(value).toEqual(Object.assign(new Settings(), { size: 2 }))
    }
    expect((await validator.run({ theme: 1, size: 2 })).errors).toHaveLength(1)
  })
})
