import { Module } from 'corbel'
import { AccountsController } from './accounts.controller.js'
import { AccountsService } from './accounts.service.js'
import { UniqueName } from './unique-name.rule.js'

/** Everything about accounts. The rule is listed like any provider: that is how it gets the service. */
@Module({ controllers: [AccountsController], providers: [AccountsService, UniqueName] })
export class AccountsModule {}
