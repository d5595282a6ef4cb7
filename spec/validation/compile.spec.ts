import { plainToInstance, Transform, Type } from 'class-transformer'
import {
  IsDefined,
  IsInt,
  IsOptional,
  IsString,
  Validate,
  ValidateNested,
  ValidatorConstraint,
  type ValidationArguments,
} from 'class-validator'
import { compileValidator, validatorFor, type Validated } from '../../lib/validation/index.js'

class Node {
  @IsString()
  name: string

  @IsOptional()
  @ValidateNested()
  @Type(() => Node)
  next?: Node

  @IsOptional()
  @ValidateNested({ each: true })
  @Type(() => Node)
  children?: Node[]
}

class Loose {
  @IsOptional()
  any?: unknown
}

@ValidatorConstraint({ async: true })
class Free {
  validate(value: unknown) {
    return Promise.resolve(value !== 'taken')
  }
}

class Account {
  @IsString()
  @Validate(Free)
  login: string
}

function run<T>(validated: ReturnType<ReturnType<typeof compileValidator<T>>['run']>): Validated<T> {
  expect(validated).not.toBeInstanceOf(Promise)
  return validated as Validated<T>
}

function chain(length: number): object {
  let node: object = { name: 'last' }
  for (let index = 1; index < length; index++) node = { name: 'n', next: node }
  return node
}

describe('a compiled validator', () => {
  it('answers at once where nothing is asynchronous', () => {
    const { value, errors } = run(compileValidator(Node).run({ name: 'a', children: [{ name: 'b' }] }))
    expect(errors).toEqual([])
    expect(value.children![0]).toBeInstanceOf(Node)
  })

  it('waits for asynchronous rules, and only then', async () => {
    const validator = compileValidator(Account)
    const pending = validator.run({ login: 'taken' })
    expect(pending).toBeInstanceOf(Promise)
    expect((await pending).errors[0]!.constraints).toEqual({ Free: expect.anything() })
    expect((await validator.run({ login: 'free' })).errors).toEqual([])
  })

  it('follows types that contain themselves', () => {
    const validator = compileValidator(Node)
    expect(validator.fused).toBe(true)
    const { errors } = run(validator.run({ name: 'a', next: { name: 'b', next: { name: 3 } } }))
    expect(errors[0]!.children![0]!.children![0]!.constraints).toEqual({ isString: 'name must be a string' })
  })

  it('refuses what is nested more deeply than the bound, typed or not', () => {
    const deep = (depth: number) => JSON.parse('[['.repeat(depth) + ']]'.repeat(depth)) as unknown
    expect(run(compileValidator(Node).run(chain(64))).errors).toEqual([])
    expect(() => compileValidator(Node).run(chain(66))).toThrow(
      expect.objectContaining({ code: 'CORBEL_VALIDATION_DEPTH' }),
    )
    expect(() => compileValidator(Loose).run({ any: deep(5000) })).toThrow(
      expect.objectContaining({ code: 'CORBEL_VALIDATION_DEPTH', status: 400 }),
    )
    expect(() => compileValidator(Loose, { maxDepth: 3 }).run({ any: deep(2) })).toThrow(/more than 3 levels/)
  })

  it.each([{}, { whitelist: true }, { transformOptions: { enableImplicitConversion: true } }])(
    'never writes __proto__, constructor or prototype (%j)',
    (options) => {
      const evil = '{"__proto__":{"admin":true},"constructor":{"a":1},"prototype":{"a":1}}'
      const { value } = run(
        compileValidator(Loose, options).run(JSON.parse(`{"any":${evil},${evil.slice(1)}`)),
      )
      expect(Object.keys(value)).toEqual(['any'])
      expect(Object.getPrototypeOf(value)).toBe(Loose.prototype)
      expect(Object.getOwnPropertyNames(value.any)).toEqual([])
      expect((value as { admin?: boolean }).admin).toBeUndefined()
      expect((value.any as { admin?: boolean }).admin).toBeUndefined()
    },
  )

  it('survives values without a primitive form', () => {
    class Search {
      @IsString()
      @Type(() => String)
      text: string
      @IsInt()
      @Type(() => Number)
      page: number
    }
    const odd = { toString: 1, valueOf: 1 }
    const { errors } = run(compileValidator(Search).run({ text: odd, page: odd }))
    expect(errors.map(({ property }) => property)).toEqual(['text', 'page'])
  })

  it('does not copy what someone added to Object.prototype', () => {
    Object.assign(Object.prototype, { polluted: 1 })
    try {
      expect(Object.keys(run(compileValidator(Node).run({ name: 'a' })).value)).toEqual(['name'])
    } finally {
      delete (Object.prototype as { polluted?: number }).polluted
    }
  })

  it.each([
    ['a list', [{ name: 'a' }]],
    ['a primitive', 7],
    ['nothing', undefined],
    ['null', null],
  ])('validates %s as the object that it should be', (_title, input) => {
    expect(run(compileValidator(Node).run(input)).errors.map(({ property }) => property)).toEqual(['name'])
  })

  it('refuses a primitive even where nothing is required', () => {
    expect(run(compileValidator(Loose, { forbidUnknownValues: false }).run('text')).errors).toHaveLength(1)
  })

  it('says what is left to class-transformer', () => {
    expect(compileValidator(Node).fallback).toEqual([])
    const { fallback, fused } = compileValidator(Node, { transformOptions: { enableCircularCheck: true } })
    expect({ fallback, fused }).toEqual({ fallback: ['transformOptions.enableCircularCheck'], fused: false })
  })

  it('calls a rule of the application once, with the complete instance', () => {
    const seen: unknown[] = []
    @ValidatorConstraint()
    class Recorder {
      validate(_value: unknown, args?: ValidationArguments) {
        return seen.push({ ...args!.object }) > 0
      }
    }
    class Recorded {
      @Validate(Recorder)
      first: string
      @IsString()
      last: string
    }
    run(compileValidator(Recorded).run({ first: 'a', last: 'b' }))
    run(compileValidator(Recorded).run({ first: 'a', last: 7 }))
    expect(seen).toEqual([
      { first: 'a', last: 'b' },
      { first: 'a', last: 7 },
    ])
  })

  it('hands transform functions what class-transformer hands them', () => {
    const transform = jest.fn(({ value }: { value: string }) => value.trim())
    class Trimmed {
      @IsString()
      @Transform(transform)
      text: string
    }
    const { value } = run(compileValidator(Trimmed).run({ text: ' a ' }))
    expect(value.text).toBe('a')
    expect(transform).toHaveBeenCalledWith(
      expect.objectContaining({ key: 'text', obj: { text: ' a ' }, type: 0 }),
    )
  })
})

describe('a compiled validator that has begun the short way, and must start again', () => {
  const transform = jest.fn(({ value }: { value: string }) => value.trim())

  class Cat {
    @IsString()
    @Transform(transform)
    name: string
  }

  class Owner {
    @ValidateNested()
    @Type(() => Object, {
      discriminator: { property: 'kind', subTypes: [{ value: Cat, name: 'cat' }] },
    })
    pet: Cat
  }

  class Visit {
    @IsDefined()
    @ValidateNested()
    @Type(() => Owner)
    owner: Owner

    @IsOptional()
    @IsString()
    reason?: string
  }

  class Stay {
    @ValidateNested()
    @Type(() => Visit)
    visit: Visit
  }

  class Unchecked {
    @IsDefined()
    @Type(() => Owner)
    owner: Owner
  }

  class Booking {
    @ValidateNested()
    @Type(() => Unchecked)
    unchecked: Unchecked

    @IsOptional()
    @IsString()
    reason?: string
  }

  const owner = () => ({ pet: { kind: 'cat', name: ' Tom ' } })

  it.each<[string, new () => object, object, number]>([
    ['not at all', Visit, { owner: owner(), reason: 'a' }, 0],
    ['for an object that no rule names', Visit, { owner: owner(), more: {} }, 0],
    ['for a value that a rule refuses', Visit, { owner: owner(), reason: 7 }, 1],
    ['two levels up', Stay, { visit: { owner: owner(), reason: 7 }, more: {} }, 1],
    ['above what is typed but not validated', Booking, { unchecked: { owner: owner() }, reason: 7 }, 1],
  ])('reads a nested discriminator and transforms once: %s', (_title, target, input, failures) => {
    transform.mockClear()
    const expected = plainToInstance(target, structuredClone(input))
    expect(transform).toHaveBeenCalledTimes(1)
    transform.mockClear()
    const validator = compileValidator(target)
    expect(validator.fused).toBe(true)
    const { value, errors } = run(validator.run(input))
    expect(value).toStrictEqual(expected)
    expect(Object.keys(value)).toEqual(Object.keys(expected))
    expect(errors).toHaveLength(failures)
    expect(transform).toHaveBeenCalledTimes(1)
  })

  it('keeps the order of the keys', () => {
    const { value } = run(compileValidator(Visit).run({ owner: owner(), reason: 'a' }))
    expect(Object.keys(value)).toEqual(['owner', 'reason'])
    expect(value.owner.pet).toBeInstanceOf(Cat)
  })
})

describe('validatorFor', () => {
  it('compiles once for equal options', () => {
    expect(validatorFor(Node, { whitelist: true, groups: ['a'] })).toBe(
      validatorFor(Node, { groups: ['a'], whitelist: true }),
    )
    expect(validatorFor(Node, { whitelist: true })).not.toBe(validatorFor(Node, { whitelist: false }))
  })
})
