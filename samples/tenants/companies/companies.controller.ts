import { Body, Controller, Post } from 'corbel'
import { WithoutTenant } from 'corbel/database/typeorm'
import { Length, Matches } from 'class-validator'
import { Companies } from './companies.service.js'
import type { Company } from './company.entity.js'

class NewCompany {
  @Matches(/^[a-z][a-z0-9-]{0,39}$/, { message: 'slug is the label of a host: letters, digits, hyphens' })
  slug: string

  @Length(1, 100)
  name: string
}

@Controller('companies')
@WithoutTenant()
export class CompaniesController {
  constructor(private readonly companies: Companies) {}

  @Post() register(@Body() company: NewCompany): Promise<Company> {
    return this.companies.register(company)
  }
}
