import { AUDIT_LOG, Module, type AuditLog } from 'corbel'
import { PasswordLogin } from 'corbel/auth'
import { MemoryPasskeyStore, Passkeys } from 'corbel/auth/passkeys'
import { Accounts } from '../accounts/accounts.js'
import { AccountsModule } from '../accounts/accounts.module.js'
import { LoginController } from './login.controller.js'
import { PasskeysController } from './passkeys.controller.js'
import { SocialLogin } from './social-login.js'
import { SocialController } from './social.controller.js'

@Module({
  imports: [AccountsModule],
  controllers: [LoginController, PasskeysController, SocialController],
  providers: [
    SocialLogin,
    {
      provide: PasswordLogin,
      inject: [Accounts, AUDIT_LOG],
      useFactory: (accounts: Accounts, audit: AuditLog) => new PasswordLogin({ accounts, audit }),
    },
    {
      provide: Passkeys,
      inject: [AUDIT_LOG],
      // in production the domain, over TLS
      useFactory: (audit: AuditLog) =>
        new Passkeys({ rpId: 'localhost', rpName: 'Board', store: new MemoryPasskeyStore(), audit }),
    },
  ],
})
export class LoginModule {}
