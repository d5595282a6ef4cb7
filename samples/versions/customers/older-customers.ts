import { Length } from 'class-validator'

// What clients of older versions send and get. Transformers make it; the classes are there for documents.

/** Of version 2: the address is one line. */
export class NewCustomerV2 {
  @Length(1, 40) first: string
  @Length(1, 40) last: string
  @Length(1, 170) address: string
}

export class CustomerV2 extends NewCustomerV2 {
  @Length(1, 20) id: string
}

/** Of version 1: the name is one, too. */
export class NewCustomerV1 {
  @Length(1, 81) name: string
  @Length(1, 170) address: string
}

export class CustomerV1 extends NewCustomerV1 {
  @Length(1, 20) id: string
}
