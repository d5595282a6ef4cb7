import cluster from 'node:cluster'
import { existsSync } from 'node:fs'
import {
  Controller,
  createApp,
  Get,
  Module,
  Param,
  Post,
  runWorkers,
  type WorkerGroup,
} from '../../../lib/index.js'

const [mode = 'listen', count = '2', file = ''] = process.argv.slice(2)
const who = cluster.isPrimary ? 'primary' : 'worker'
const say = (line: string): void => void process.stdout.write(`${line}\n`)

@Controller()
class AppController {
  @Get('pid') pid() {
    return process.pid
  }

  @Get('environment') environment() {
    return { execArgv: process.execArgv, argv: process.argv.slice(2), given: process.env['GIVEN'] }
  }

  @Post('exit/:code') exit(@Param('code') code: string) {
    process.exit(Number(code))
  }

  @Get('hang') hang() {
    say('hanging')
    return new Promise(() => undefined)
  }
}

@Module({ controllers: [AppController] })
class AppModule {
  onModuleInit() {
    say(`${who} initialises`)
  }
  async onApplicationShutdown(signal?: string) {
    say(`${who} stops by ${signal}`)
    if (mode === 'stuck') await new Promise(() => undefined)
  }
}

async function main() {
  // a script that is broken from some moment on
  if (who === 'worker' && file !== '' && existsSync(file)) process.exit(7)
  const app = await createApp(AppModule, {
    logger: ['warn', 'error', 'fatal'],
    shutdown: { idle: 100, deadline: mode === 'short' || mode === 'stuck' ? 50 : 10_000 },
  })
  if (mode === 'taken') await app.listen(Number(file), '127.0.0.1')
  else if (mode === 'run') await app.listen(0, '127.0.0.1')
  else await app.listen(0, { host: '127.0.0.1', workers: Number(count) })
  return app
}

const crashes = { firstDelay: 10, longestDelay: 20, mostBootCrashes: 3 }
let group: WorkerGroup | undefined
if (mode === 'run' || mode === 'taken') {
  group = await runWorkers({ workers: Number(count), crashes }, main)
  if (group !== undefined) say(`listening ${group.addresses[0]!.port} in ${group.pids.join(' ')}`)
} else {
  const app = await main()
  if (cluster.isPrimary) say(`listening ${new URL(await app.getUrl()).port} in -`)
}
