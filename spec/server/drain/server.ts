import cluster from 'node:cluster'
import { Body, Controller, createApp, Get, Module, Param, Post } from '../../../lib/index.js'

@Controller()
class LoadController {
  @Get('fast') fast() {
    return { hello: 'world' }
  }

  @Get('slow/:ms') async slow(@Param('ms') ms: string) {
    await new Promise((resolve) => setTimeout(resolve, Number(ms)))
    return { waited: ms }
  }

  @Get('parts') async *parts() {
    for (let part = 0; part < 5; part++) {
      yield `${part}`
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }

  @Post('echo') echo(@Body() body: unknown) {
    return body
  }
}

@Module({ controllers: [LoadController] })
class LoadModule {}

const [workers, reload] = process.argv.slice(2)
const levels = reload === undefined ? (['warn', 'error'] as const) : (['warn', 'error', 'log'] as const)
const idle = process.env['IDLE']
const app = await createApp(LoadModule, {
  logger: levels,
  ...(idle !== undefined && { shutdown: { idle: Number(idle), deadline: 60_000 } }),
})
await app.listen({
  port: 0,
  host: '127.0.0.1',
  ...(workers !== undefined && { workers: Number(workers) }),
})
if (cluster.isPrimary) process.stdout.write(`listening ${new URL(await app.getUrl()).port}\n`)
