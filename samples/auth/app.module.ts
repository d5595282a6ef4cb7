import { APP_FILTER, AUDIT_LOG, Global, MemoryAuditLog, Module } from 'corbel'
import { AuthModule, SessionStrategy } from 'corbel/auth'
import { AuthorizationModule } from 'corbel/authorization'
import { SessionModule, Sessions } from 'corbel/sessions'
import { Accounts } from './accounts/accounts.js'
import { AccountsModule } from './accounts/accounts.module.js'
import { AdminController } from './admin/admin.controller.js'
import { LoginModule } from './login/login.module.js'
import { NoticesModule } from './notices/notices.module.js'
import { AssetsController } from './pages/assets.controller.js'
import { ErrorPages } from './pages/error-pages.js'

@Global()
@Module({
  providers: [{ provide: AUDIT_LOG, useFactory: () => new MemoryAuditLog(500) }],
  exports: [AUDIT_LOG],
})
class AuditModule {}

/** The root of the application. */
@Module({
  imports: [
    AuditModule,
    AccountsModule,
    SessionModule.forRoot({ idleTimeout: '30m', absoluteTimeout: '12h' }),
    AuthModule.forRootAsync({
      imports: [AccountsModule],
      inject: [Sessions, Accounts],
      useFactory: (sessions: Sessions, accounts: Accounts) => ({
        strategies: [
          new SessionStrategy({
            cookie: sessions.cookieName,
            read: ({ context }) => sessions.of(context),
            principal: (session) => accounts.principalOf(session),
          }),
        ],
      }),
      changePassword: '/account',
    }),
    AuthorizationModule.forRoot({
      roles: {
        admin: { includes: ['editor'], permissions: ['accounts:*', 'audit:read'] },
        editor: { includes: ['member'] },
        member: { permissions: ['notices:write'] },
      },
      denyByDefault: true,
    }),
    LoginModule,
    NoticesModule,
  ],
  controllers: [AdminController, AssetsController],
  providers: [{ provide: APP_FILTER, useClass: ErrorPages }],
})
export class AppModule {}
