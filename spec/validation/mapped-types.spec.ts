import { Expose, Transform, Type } from 'class-transformer'
import { IsInt, IsString, Length, ValidateNested } from 'class-validator'
import {
  compileValidator,
  IntersectionType,
  mappedSources,
  OmitType,
  PartialType,
  PickType,
  type Validated,
} from '../../lib/validation/index.js'

class Address {
  @IsString()
  city: string
}

class Named {
  @Transform(({ value }) => (typeof value === 'string' ? value.trim() : (value as unknown)))
  @Length(2, 40)
  name: string
}

class Person extends Named {
  @IsInt()
  age: number = 30

  @ValidateNested()
  @Type(() => Address)
  address: Address

  @Expose({ name: 'nick_name' })
  @IsString()
  nickName: string
}

class Audited {
  @IsString()
  author: string
}

const run = <T>(type: new () => T, input: object, options = {}) =>
  compileValidator(type, options).run(input) as Validated<T>
const wrong = (type: new () => object, input: object) =>
  run(type, input).errors.map(({ property }) => property)
const whole = { name: 'Jane', age: 1, address: { city: 'x' }, nick_name: 'j' }

describe('PartialType', () => {
  class Update extends PartialType(Person) {}

  it('makes every property optional, and validates those that are there', () => {
    expect(wrong(Update, {})).toEqual([])
    expect(wrong(Update, { name: 'J', address: { city: 1 } }).sort()).toEqual(['address', 'name'])
    expect(wrong(Update, { name: null })).toEqual([])
  })

  it('refuses null where only leaving out is allowed', () => {
    class Strict extends PartialType(Person, { skipNullProperties: false }) {}
    expect(wrong(Strict, { nick_name: null })).toEqual(['nickName'])
    expect(wrong(Strict, {})).toEqual([])
  })

  it('carries types, transformations and names along', () => {
    const { value } = run(Update, { ...whole, name: ' Jane ' })
    expect(value.address).toBeInstanceOf(Address)
    expect(value.name).toBe('Jane')
    expect(value.nickName).toBe('j')
  })

  it('carries declared types along for implicit conversion', () => {
    const { value, errors } = run(
      Update,
      { age: '7' },
      { transformOptions: { enableImplicitConversion: true } },
    )
    expect(errors).toEqual([])
    expect(value.age).toBe(7)
  })

  it('gives new instances the initial values of the source', () => {
    expect(new Update().age).toBe(30)
  })

  it('leaves the source as it was', () => {
    expect(wrong(Person, {}).sort()).toEqual(['name', 'nickName'])
  })
})

describe('PickType and OmitType', () => {
  it('keep the chosen properties only', () => {
    class Name extends PickType(Person, ['name']) {}
    expect(wrong(Name, {})).toEqual(['name'])
    expect(new Name()).toEqual({})
    expect(run(Name, { name: 'Jane', age: 'x' }, { whitelist: true }).value).toEqual({ name: 'Jane' })
  })

  it('leave the named properties out', () => {
    class Ageless extends OmitType(Person, ['age', 'nickName']) {}
    expect(wrong(Ageless, { name: 'Jane', age: 'x', address: { city: 'x' } })).toEqual([])
    expect(wrong(Ageless, { name: 'J', address: {} }).sort()).toEqual(['address', 'name'])
  })
})

describe('IntersectionType', () => {
  it('has the properties of all', () => {
    class Entry extends IntersectionType(PickType(Person, ['name']), Audited) {}
    const { value, errors } = run(Entry, { name: 'Jane', author: 'John' })
    expect(errors).toEqual([])
    expect(value.author + value.name).toBe('JohnJane')
    expect(wrong(Entry, {}).sort()).toEqual(['author', 'name'])
  })
})

describe('mappedSources', () => {
  it('tells other features where the properties come from', () => {
    const type = PickType(Person, ['name'])
    const [source] = mappedSources(type)
    expect(source).toMatchObject({ source: Person, partial: false })
    expect([source!.has('name'), source!.has('age')]).toEqual([true, false])
    expect(mappedSources(Person)).toEqual([])
  })
})
