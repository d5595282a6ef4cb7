import { Length, Matches, ValidateNested } from 'class-validator'
import { Type } from 'class-transformer'

/** Where a customer lives, since version 3. */
export class Address {
  @Length(1, 80) street: string
  @Matches(/^\d{5}$/) zip: string
  @Length(1, 80) city: string
}

/** What clients send, in the newest shape: the only one that is validated, stored and answered. */
export class NewCustomer {
  @Length(1, 40) first: string
  @Length(1, 40) last: string
  @ValidateNested() @Type(() => Address) address: Address
}

/** A customer in the newest shape. */
export class Customer extends NewCustomer {
  @Length(1, 20) id: string
}
