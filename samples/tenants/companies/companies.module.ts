import { Module } from 'corbel'
import { TypeOrmModule } from 'corbel/database/typeorm'
import { CompaniesController } from './companies.controller.js'
import { Companies } from './companies.service.js'
import { Company } from './company.entity.js'

/** The companies there are: in the one database that is the same for all. */
@Module({
  imports: [TypeOrmModule.forFeature([Company], 'companies')],
  controllers: [CompaniesController],
  providers: [Companies],
  exports: [Companies],
})
export class CompaniesModule {}
