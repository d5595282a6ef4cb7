import { Body, Controller, Deprecated, Get, NotFoundException, Param, Post, Returns, Version } from 'corbel'
import { Customer, NewCustomer } from './customer.js'
import { CustomersService } from './customers.service.js'

/** One controller for three versions: it knows the newest shape only. */
@Controller({ path: 'customers', version: '*' })
export class CustomersController {
  constructor(private readonly customers: CustomersService) {}

  @Get()
  @Returns([Customer])
  list(): Customer[] {
    return this.customers.all()
  }

  /** Version 3 has `GET /customers?last=…` in its place. */
  @Get('by-name/:last')
  @Version('<3')
  @Deprecated({ since: '2026-03-01', message: 'Filter GET /customers instead.' })
  @Returns([Customer])
  byName(@Param('last') last: string): Customer[] {
    return this.customers.all().filter((customer) => customer.last === last)
  }

  @Get(':id')
  find(@Param('id') id: string): Customer {
    const found = this.customers.find(id)
    if (found === undefined) throw new NotFoundException('There is no such customer.')
    return found
  }

  @Post()
  add(@Body() customer: NewCustomer): Customer {
    return this.customers.add(customer)
  }
}
