import { Controller, createApp, Get, Module } from 'corbel'
import {
  Authenticated,
  AuthModule,
  BearerStrategy,
  CurrentUser,
  JwtModule,
  JwtService,
  Public,
  TokenRevocations,
} from 'corbel/auth'

@Controller()
class BenchController {
  @Public()
  @Get('open')
  open() {
    return { hello: 'world' }
  }

  @Get('guarded')
  guarded() {
    return { hello: 'world' }
  }

  @Get('user')
  user(@CurrentUser('id') id: string) {
    return { hello: id }
  }

  @Authenticated('revocable')
  @Get('revocable')
  revocable() {
    return { hello: 'world' }
  }
}

@Module({
  imports: [
    AuthModule.forRootAsync({
      imports: [JwtModule.register({ secret: 'a secret of the benchmark with enough bytes', global: true })],
      inject: [JwtService],
      useFactory: (tokens: JwtService) => ({
        strategies: [
          new BearerStrategy({ tokens }),
          new BearerStrategy({ tokens, name: 'revocable', revocations: new TokenRevocations() }),
        ],
      }),
    }),
  ],
  controllers: [BenchController],
})
class AppModule {}

const app = await createApp(AppModule, { logger: false })
await app.listen(0, '127.0.0.1')
const token = await app.get(JwtService, { strict: false }).sign({ sub: 'ada', roles: ['editor'] })
console.log(`${new URL(await app.getUrl()).port} ${token}`)
