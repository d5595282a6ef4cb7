/// <reference types="node" />
// One application in the variant that the first argument names: each costs, or spares, one thing.
import { Body, Controller, createApp, Get, Module, Param, Post, Res, type CreateAppOptions } from 'corbel'
import { CreateUser } from '../validation/classes.js'

@Controller()
class BenchController {
  @Get('json')
  async json() {
    return { hello: 'world' }
  }

  @Get('sync')
  sync() {
    return { hello: 'world' }
  }

  @Get('response')
  response(@Res() response: { json(value: unknown): void }) {
    response.json({ hello: 'world' })
  }

  @Get('users/:id')
  async find(@Param('id') id: string) {
    return { id }
  }

  @Post('users')
  async create(@Body() user: CreateUser) {
    return user
  }
}

@Module({ controllers: [BenchController] })
class AppModule {}

const variant = process.argv[2] ?? 'plain'
const options: Record<string, CreateAppOptions> = {
  'public read path': { server: { accelerate: false } },
  RequestContext: { requestContext: true },
  'no validation': { validation: false },
}
const app = await createApp(AppModule, { logger: false, ...options[variant] })
if (variant === 'CORS') app.enableCors()
if (variant === 'one middleware') app.use((_request, _response, next) => next())
await app.listen(0, '127.0.0.1')
console.log(new URL(await app.getUrl()).port)
