import { IsInt, Length, Min } from 'class-validator'
import {
  ApiProperty,
  Body,
  Controller,
  createApp,
  createOpenApiDocument,
  Get,
  Module,
  Param,
  ParseIntPipe,
  Post,
  Query,
  Returns,
  type Class,
} from '../../lib/index.js'

// How long the document of many routes takes: node --import @oxc-node/core/register spec/openapi/many-routes.ts [routes]
const routes = Number(process.argv[2] ?? 5000)

function controller(index: number): Class {
  class Thing {
    @Length(1, 40) name: string
    @IsInt() @Min(0) amount: number
    @ApiProperty({ description: 'A note' }) note: string
  }
  Object.defineProperty(Thing, 'name', { value: `Thing${index}` })

  class ThingsController {
    @Get() list(@Query('page', ParseIntPipe) page: number): number {
      return page
    }
    @Get(':id') @Returns(Thing) find(@Param('id', ParseIntPipe) id: number): unknown {
      return id
    }
    @Post() @Returns(Thing) create(@Body() thing: Thing): unknown {
      return thing
    }
    @Post(':id') @Returns([Thing]) replace(
      @Param('id', ParseIntPipe) id: number,
      @Body() thing: Thing,
    ): unknown {
      return [id, thing]
    }
    @Get(':id/parts/:part') part(@Param('id') id: string, @Param('part') part: string): string {
      return id + part
    }
  }
  Object.defineProperty(ThingsController, 'name', { value: `Things${index}Controller` })
  Controller(`things${index}`)(ThingsController)
  return ThingsController
}

class AppModule {}
Module({ controllers: Array.from({ length: routes / 5 }, (_, index) => controller(index)) })(AppModule)

const app = await createApp(AppModule, { logger: false })
for (let round = 0; round < 3; round++) {
  const start = performance.now()
  const before = process.cpuUsage()
  const document = createOpenApiDocument(app, { title: 'Many' })
  const operations = Object.values(document.paths).flatMap((item) => Object.keys(item)).length
  const { user, system } = process.cpuUsage(before)
  const spent = `${(performance.now() - start).toFixed(0)} ms, ${((user + system) / 1000).toFixed(0)} ms of CPU`
  console.log(`${operations} operations: ${spent}`)
}
await app.close()
