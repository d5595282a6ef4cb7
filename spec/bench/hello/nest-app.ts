import { Controller, Get, Module } from '@nestjs/common'

@Controller()
class HelloController {
  @Get('json')
  async hello() {
    return { hello: 'world' }
  }
}

@Module({ controllers: [HelloController] })
export class AppModule {}
