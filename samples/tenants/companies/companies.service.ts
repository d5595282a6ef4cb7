import { Injectable } from 'corbel'
import { InjectRepository } from 'corbel/database/typeorm'
import type { Repository } from 'typeorm'
import { Company } from './company.entity.js'

@Injectable()
export class Companies {
  constructor(@InjectRepository(Company, 'companies') private readonly companies: Repository<Company>) {}

  exists(slug: string): Promise<boolean> {
    return this.companies.existsBy({ slug })
  }

  async register(company: Company): Promise<Company> {
    await this.companies.insert(company)
    return company
  }
}
