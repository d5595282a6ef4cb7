import { Controller, createApp, Get, Module } from 'corbel'

@Controller()
class HelloController {
  @Get('json')
  async hello() {
    return { hello: 'world' }
  }
}

@Module({ controllers: [HelloController] })
class AppModule {}

const app = await createApp(AppModule, { logger: false })
await app.listen(0, '127.0.0.1')
console.log(new URL(await app.getUrl()).port)
