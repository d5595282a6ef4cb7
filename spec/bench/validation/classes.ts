import { Type } from 'class-transformer'
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsEmail,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator'

const ROLES = ['admin', 'editor', 'reader']

/** Five fields, none of them nested. */
export class CreateUser {
  @IsEmail() email!: string
  @IsString() @Length(2, 40) name!: string
  @IsInt() @Min(0) @Max(150) age!: number
  @IsBoolean() newsletter!: boolean
  @IsIn(ROLES) role!: string
}

class Address {
  @IsString() @Length(1, 100) street!: string
  @IsString() @Length(1, 60) city!: string
  @Matches(/^\d{5}$/) zip!: string
}

class OrderLine {
  @IsString() @Length(3, 20) sku!: string
  @IsInt() @Min(1) @Max(99) quantity!: number
  @IsInt() @Min(0) price!: number
}

/** Two nested objects, and a list of three. */
export class CreateOrder {
  @ValidateNested() @Type(() => CreateUser) customer!: CreateUser
  @ValidateNested() @Type(() => Address) address!: Address
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => OrderLine)
  lines!: OrderLine[]
  @IsOptional() @IsString() @Length(0, 200) note?: string
}

const user = { email: 'ada@example.com', name: 'Ada Lovelace', age: 36, newsletter: true, role: 'editor' }

/** A correct body for each class, one that must be refused, and how someone would make the instances by hand. */
export const samples = {
  flat: {
    type: CreateUser,
    right: user,
    wrong: { ...user, age: 151 },
    instantiate: (plain: CreateUser) => Object.assign(new CreateUser(), plain),
  },
  nested: {
    type: CreateOrder,
    right: {
      customer: user,
      address: { street: '12 St James Square', city: 'London', zip: '10115' },
      lines: [
        { sku: 'CARD-0001', quantity: 3, price: 1250 },
        { sku: 'CARD-0002', quantity: 1, price: 990 },
        { sku: 'GEAR-0117', quantity: 12, price: 45 },
      ],
      note: 'by hand, please',
    },
    wrong: {
      customer: user,
      address: { street: '12 St James Square', city: 'London', zip: '1011' },
      lines: [{ sku: 'CARD-0001', quantity: 3, price: 1250 }],
    },
    instantiate: (plain: CreateOrder) =>
      Object.assign(new CreateOrder(), plain, {
        customer: Object.assign(new CreateUser(), plain.customer),
        address: Object.assign(new Address(), plain.address),
        lines: plain.lines.map((line) => Object.assign(new OrderLine(), line)),
      }),
  },
}
