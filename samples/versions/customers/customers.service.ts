import { Injectable } from 'corbel'
import { Customer, type NewCustomer } from './customer.js'

/** Customers, in memory. */
@Injectable()
export class CustomersService {
  private readonly customers: Customer[] = [
    {
      id: '1',
      first: 'Marie',
      last: 'Maes',
      address: { street: 'Castle Lane 3', zip: '12345', city: 'Bruges' },
    },
  ]

  all(): Customer[] {
    return this.customers
  }

  find(id: string): Customer | undefined {
    return this.customers.find((customer) => customer.id === id)
  }

  add(customer: NewCustomer): Customer {
    const added = Object.assign(new Customer(), customer, { id: String(this.customers.length + 1) })
    this.customers.push(added)
    return added
  }
}
