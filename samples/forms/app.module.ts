import { Module } from 'corbel'
import { AccountsModule } from './accounts/accounts.module.js'
import { PageController } from './page/page.controller.js'

/** The root of the application. */
@Module({ imports: [AccountsModule], controllers: [PageController] })
export class AppModule {}
