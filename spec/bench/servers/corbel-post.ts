import { Body, Controller, createApp, Module, Post } from 'corbel'
import { CreateOrder, CreateUser } from '../validation/classes.js'

/** The same bodies and answers, with classes that have rules and with types that have none. */
@Controller()
class PostController {
  @Post('open')
  open(@Body() body: object) {
    return { received: Object.keys(body).length }
  }

  @Post('flat')
  flat(@Body() body: CreateUser) {
    return { received: Object.keys(body).length }
  }

  @Post('nested')
  nested(@Body() body: CreateOrder) {
    return { received: Object.keys(body).length }
  }
}

@Module({ controllers: [PostController] })
class AppModule {}

const app = await createApp(AppModule, { logger: false })
await app.listen(0, '127.0.0.1')
console.log(new URL(await app.getUrl()).port)
