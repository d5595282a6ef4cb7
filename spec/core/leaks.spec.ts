import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import {
  Controller,
  createApp,
  Get,
  Inject,
  Injectable,
  Module,
  REQUEST,
  Scope,
  UseGuards,
  type CanActivate,
} from 'corbel'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

@Injectable({ scope: Scope.REQUEST })
class Visit {
  readonly notes = new Array<string>(100).fill('note')
  constructor(@Inject(REQUEST) readonly request: object) {}
}

@Injectable()
class Open implements CanActivate {
  canActivate(): boolean {
    return true
  }
}

@Controller()
@UseGuards(Open)
class VisitController {
  constructor(private readonly visit: Visit) {}
  @Get() show(): number {
    return this.visit.notes.length
  }
}

@Module({ controllers: [VisitController], providers: [Visit] })
class App {}

/** Bytes in use after everything that can be freed is freed. */
async function heapAfter(action: () => Promise<void>): Promise<number> {
  await action()
  // finalizers and weak references need a turn of the loop between two collections
  for (let i = 0; i < 3; i++) {
    collect()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return process.memoryUsage().heapUsed
}

async function repeat(times: number, action: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < times; i++) await action()
}

describe('memory', () => {
  it('does not grow over 1,000 applications that are created and closed', async () => {
    const cycle = async (): Promise<void> => {
      const app = await createApp(App, { logger: false })
      await app.listen(0, '127.0.0.1')
      await app.inject('/')
      await app.close()
    }
    const listeners = process.listenerCount('SIGINT')
    const before = await heapAfter(() => repeat(200, cycle))
    const after = await heapAfter(() => repeat(800, cycle))
    // one kept application would be some 30 KiB; code that gets hot in between is far less than this
    expect(after - before).toBeLessThan(800 * 2048)
    expect(process.listenerCount('SIGINT')).toBe(listeners)
  }, 120_000)

  it('does not grow over 10,000 requests through request scope', async () => {
    const app = await createApp(App, { logger: false })
    const request = (): Promise<unknown> => app.inject('/')
    const before = await heapAfter(() => repeat(1_000, request))
    const after = await heapAfter(() => repeat(10_000, request))
    expect(after - before).toBeLessThan(10_000 * 50)
    await app.close()
  }, 120_000)
})
