import { Module, type DynamicModule } from 'corbel'
import { PasswordLogin } from 'corbel/auth'
import { Accounts } from './accounts.js'
import { LoginController } from './login.controller.js'

@Module({
  controllers: [LoginController],
  providers: [
    Accounts,
    {
      provide: PasswordLogin,
      inject: [Accounts],
      useFactory: (accounts: Accounts) => new PasswordLogin({ accounts }),
    },
  ],
})
export class AccountsModule {
  /** @param jwt signs the tokens */
  static with(jwt: DynamicModule): DynamicModule {
    return { module: AccountsModule, imports: [jwt] }
  }
}
