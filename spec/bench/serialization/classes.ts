import { Expose, Type } from 'class-transformer'
import { IsBoolean, IsEmail, IsInt, IsNumber, IsOptional, IsString } from 'class-validator'

/** Five fields. */
export class User {
  @IsInt() id!: number
  @IsString() name!: string
  @IsEmail() email!: string
  @IsBoolean() active!: boolean
  @IsNumber() score!: number
}

/** Fifteen fields. */
export class Product {
  @IsInt() id!: number
  @IsString() sku!: string
  @IsString() title!: string
  @IsString() description!: string
  @IsNumber() price!: number
  @IsString() currency!: string
  @IsInt() stock!: number
  @IsBoolean() visible!: boolean
  @IsOptional() discount!: number | null
  @IsString() category!: string
  @IsString() brand!: string
  @IsNumber() weight!: number
  @IsInt() sold!: number
  @IsBoolean() fragile!: boolean
  @IsString() updated!: string
}

class Line {
  @Expose() @IsString() sku!: string
  @IsInt() quantity!: number
  @IsInt() price!: number
}

/** A nested object and a list of three. */
export class Order {
  @IsInt() id!: number
  @IsOptional() @Type(() => User) customer!: User
  @Type(() => Line) lines!: Line[]
  @IsString() note!: string
}

const user = { id: 4711, name: 'Ada Lovelace', email: 'ada@example.com', active: true, score: 87.5 }
const product = {
  id: 90210,
  sku: 'GEAR-0117',
  title: 'Difference engine, travel size',
  description: 'Brass, hand-cranked, with a leather case. Computes polynomials to seven digits.',
  price: 1249.5,
  currency: 'GBP',
  stock: 12,
  visible: true,
  discount: null,
  category: 'machines',
  brand: 'Babbage & Sons',
  weight: 7.25,
  sold: 3,
  fragile: true,
  updated: '1843-10-01T09:30:00.000Z',
}
const cyrillic = {
  ...product,
  title: 'Разностная машина, дорожная',
  description: 'Латунь, ручной привод, кожаный футляр. Вычисляет многочлены до семи знаков, без ошибок.',
}
const line = { sku: 'CARD-0001', quantity: 3, price: 1250 }

/** A value of each class; an array stands for a list of objects. */
export const samples = {
  'five fields': { type: User, value: user },
  'fifteen fields': { type: Product, value: product },
  'nested, with a list of three': {
    type: Order,
    value: { id: 1, customer: user, lines: [line, line, line], note: 'by hand, please' },
  },
  'a list of 100 with five fields': { type: User, value: Array.from({ length: 100 }, () => user) },
  'a list of 500 with fifteen fields': { type: Product, value: Array.from({ length: 500 }, () => product) },
  'fifteen fields, two texts outside of Latin-1': { type: Product, value: cyrillic },
  'a list of 500 with fifteen fields, two texts outside of Latin-1': {
    type: Product,
    value: Array.from({ length: 500 }, () => cyrillic),
  },
  'a list of 100 with five fields, one text with an emoji': {
    type: User,
    value: Array.from({ length: 100 }, () => ({ ...user, name: 'Ada 🎉 Lovelace' })),
  },
}

/** What other serializers are told of the same classes. */
export const schemas = {
  'five fields': schemaOf(user),
  'fifteen fields': schemaOf(product, ['discount']),
  'nested, with a list of three': {
    type: 'object',
    properties: {
      id: { type: 'integer' },
      customer: schemaOf(user),
      lines: { type: 'array', items: schemaOf(line) },
      note: { type: 'string' },
    },
  },
  'a list of 100 with five fields': { type: 'array', items: schemaOf(user) },
  'a list of 500 with fifteen fields': { type: 'array', items: schemaOf(product, ['discount']) },
  'fifteen fields, two texts outside of Latin-1': schemaOf(product, ['discount']),
  'a list of 500 with fifteen fields, two texts outside of Latin-1': {
    type: 'array',
    items: schemaOf(product, ['discount']),
  },
  'a list of 100 with five fields, one text with an emoji': { type: 'array', items: schemaOf(user) },
}

function schemaOf(value: object, nullable: readonly string[] = []): object {
  const typeOf = (one: unknown): string => (typeof one === 'number' ? 'number' : typeof one)
  const properties = Object.entries(value).map(([key, one]) => [
    key,
    nullable.includes(key) ? { type: 'number', nullable: true } : { type: typeOf(one) },
  ])
  return { type: 'object', properties: Object.fromEntries(properties) as object }
}
