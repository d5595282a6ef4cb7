import { Body, Controller, createApp, Get, Module, Param, Post, Query, ValidationPipe } from 'corbel'
import { CreateUser } from '../validation/classes.js'

@Controller()
class BenchController {
  @Get('json')
  async json() {
    return { hello: 'world' }
  }

  @Get('users/:id')
  async find(@Param('id') id: string, @Query('page') page: string, @Query('fields') fields: string) {
    return { id, page: Number(page), fields }
  }

  @Post('users')
  async create(@Body() user: CreateUser) {
    return user
  }
}

@Module({ controllers: [BenchController] })
class AppModule {}

const app = await createApp(AppModule, { logger: false })
app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true }))
await app.listen(0, '127.0.0.1')
console.log(new URL(await app.getUrl()).port)
