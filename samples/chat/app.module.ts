import { randomBytes } from 'node:crypto'
import { Module, RateLimitModule, StaticModule, type DynamicModule } from 'corbel'
import { AuthModule, JwtModule, JwtService } from 'corbel/auth'
import { RedisModule } from 'corbel/redis'
import { WebSocketAdminModule } from 'corbel/websocket'
import { AccountsModule } from './accounts/accounts.module.js'
import { Moderators } from './accounts/moderators.js'
import { TokenCookie } from './accounts/token-cookie.js'
import { ChatModule } from './chat/chat.module.js'

/** Where things are. */
export interface ChatOptions {
  /** Where several processes meet: `redis://localhost`. Default: there is one process, and everything is in its memory. */
  readonly redisUrl?: string | undefined
  /** Stands in front of everything that is kept there. Default `chat:`. */
  readonly keyPrefix?: string
  /** What tokens are signed with, at least 32 bytes: the same in all processes. Default: made anew at each start. */
  readonly secret?: string | undefined
  /** The page. Default: `samples/chat/public` in the working directory. */
  readonly pages?: string
  /** The client library, built. Default: `dist/client` in the working directory. */
  readonly client?: string
}

/** The root of the application. */
@Module({})
export class AppModule {
  static with({
    redisUrl,
    keyPrefix = 'chat:',
    secret,
    pages = 'samples/chat/public',
    client = 'dist/client',
  }: ChatOptions): DynamicModule {
    if (redisUrl !== undefined && secret === undefined)
      throw new Error('Several processes have to know each other’s tokens: set JWT_SECRET.')
    const jwt = JwtModule.register({
      secret: secret ?? randomBytes(32),
      issuer: 'chat',
      audience: 'chat',
      expiresIn: '12h',
    })
    return {
      module: AppModule,
      imports: [
        ...(redisUrl === undefined ? [] : [RedisModule.forRoot({ url: redisUrl, keyPrefix })]),
        AuthModule.forRootAsync({
          imports: [jwt],
          inject: [JwtService],
          useFactory: (tokens: JwtService) => ({ strategies: [new TokenCookie(tokens)] }),
        }),
        RateLimitModule.forRoot(),
        AccountsModule.with(jwt),
        ChatModule.with(redisUrl === undefined ? undefined : keyPrefix),
        WebSocketAdminModule.forRoot({ guards: [Moderators] }),
        StaticModule.forRoot({ root: client, prefix: '/corbel' }, { root: pages }),
      ],
    }
  }
}
