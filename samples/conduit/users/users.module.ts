import { APP_GUARD, Module } from 'corbel'
import { Attempts, JwtModule, PasswordHasher } from 'corbel/auth'
import { TypeOrmModule } from 'corbel/database/typeorm'
import { SettingsModule } from '../settings/settings.module.js'
import { SettingsService } from '../settings/settings.service.js'
import { User } from './user.entity.js'
import { UserGuard } from './user.guard.js'
import { UsersController } from './users.controller.js'
import { UsersService } from './users.service.js'

/** Accounts, and the guard of the whole application: a route that is not marked otherwise needs a token. */
@Module({
  imports: [
    TypeOrmModule.forFeature([User]),
    JwtModule.registerAsync({
      imports: [SettingsModule],
      inject: [SettingsService],
      useFactory: async (settings: SettingsService) => ({
        secret: await settings.tokenSecret(),
        scheme: 'Token',
        realm: 'conduit',
        issuer: 'conduit',
        expiresIn: '60d',
      }),
    }),
  ],
  controllers: [UsersController],
  providers: [
    UsersService,
    PasswordHasher,
    // as many wrong passwords for one address are free; then each one has to wait, twice as long as the last
    { provide: Attempts, useFactory: () => new Attempts({ free: 20 }) },
    { provide: APP_GUARD, useClass: UserGuard },
  ],
  exports: [UsersService],
})
export class UsersModule {}
