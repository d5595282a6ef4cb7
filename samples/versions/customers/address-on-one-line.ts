import { BadRequestException, VersionTransformer, type VersionTransform } from 'corbel'
import { Customer, NewCustomer, type Address } from './customer.js'
import { CustomerV2, NewCustomerV2 } from './older-customers.js'

/** Until version 2, an address was one line: "Castle Lane 3, 12345 Bruges". */
@VersionTransformer({ from: '3', to: '2', type: [Customer, NewCustomer], shape: [CustomerV2, NewCustomerV2] })
export class AddressOnOneLine implements VersionTransform {
  response({ address, ...rest }: Customer): object {
    return { ...rest, address: `${address.street}, ${address.zip} ${address.city}` }
  }

  request({ address, ...rest }: { address: string }): object {
    return { ...rest, address: parts(address) }
  }
}

function parts(line: string): Address {
  const [, street, zip, city] = /^([^,]{1,80}), (\d{5}) (.{1,80})$/.exec(line) ?? []
  if (street === undefined || zip === undefined || city === undefined) {
    throw new BadRequestException('address must be "street, zip city"')
  }
  return { street, zip, city }
}
