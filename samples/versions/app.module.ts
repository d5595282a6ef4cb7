import { APP_INTERCEPTOR, Module, VersioningModule } from 'corbel'
import { AdminGuard } from './common/admin.guard.js'
import { LegacyLimitInterceptor } from './common/legacy-limit.interceptor.js'
import { CustomersModule } from './customers/customers.module.js'

@Module({
  imports: [
    CustomersModule,
    VersioningModule.forRoot({
      usage: { path: 'api-usage', guards: [AdminGuard] },
      compatibility: { matrix: { '1': '<3', '3': { ios: '>=4', android: '>=5.2', '*': '*' } } },
      deprecations: { afterSunset: 'gone' },
    }),
  ],
  providers: [{ provide: APP_INTERCEPTOR, useClass: LegacyLimitInterceptor }],
})
export class AppModule {}
