import { Module } from 'corbel'
import { AddressOnOneLine } from './address-on-one-line.js'
import { CustomersController } from './customers.controller.js'
import { CustomersService } from './customers.service.js'
import { OneName } from './one-name.js'

@Module({
  controllers: [CustomersController],
  providers: [CustomersService, AddressOnOneLine, OneName],
})
export class CustomersModule {}
