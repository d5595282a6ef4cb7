import { VersionTransformer, type VersionTransform } from 'corbel'
import { Customer, NewCustomer } from './customer.js'
import { CustomerV1, NewCustomerV1 } from './older-customers.js'

/** In version 1, customers had one name. It leads to version 2 only: the next transformer does the rest. */
@VersionTransformer({ from: '2', to: '1', type: [Customer, NewCustomer], shape: [CustomerV1, NewCustomerV1] })
export class OneName implements VersionTransform {
  response({ first, last, ...rest }: Customer): object {
    return { ...rest, name: `${first} ${last}` }
  }

  request({ name, ...rest }: { name: string }): object {
    const words = name.trim().split(/\s+/)
    return { ...rest, first: words.slice(0, -1).join(' '), last: words.at(-1) }
  }
}
