import { Module } from 'corbel'
import { Accounts } from './accounts.js'

@Module({ providers: [Accounts], exports: [Accounts] })
export class AccountsModule {}
