// Built against dist/ by tsconfig.corbel.json: many silent clients of one stream of events.
import { Controller, createApp, Module, Sse } from 'corbel'

const NEVER = { subscribe: () => ({ unsubscribe: () => undefined }) }

@Controller()
class Bench {
  @Sse('observable', { heartbeat: '10m' }) observable() {
    return NEVER
  }
  @Sse('iterable', { heartbeat: '10m' }) async *iterable() {
    await new Promise(() => undefined)
    yield ''
  }
}

@Module({ controllers: [Bench] })
class BenchModule {}

const app = await createApp(BenchModule, { logger: false })
const server = await app.listen(0, '127.0.0.1')
console.log((server.address() as { port: number }).port)
