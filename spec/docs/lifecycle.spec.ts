import {
  createContext,
  Injectable,
  Module,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
} from 'corbel'

const seen: string[] = []

// #region hooks
@Injectable()
class Connection
  implements
    OnModuleInit,
    OnApplicationBootstrap,
    OnModuleDestroy,
    BeforeApplicationShutdown,
    OnApplicationShutdown
{
  async onModuleInit(): Promise<void> {
    seen.push('open') // whatever this class needs is there
  }

  onApplicationBootstrap(): void {
    seen.push('announce') // every module is initialised; the application is about to listen
  }

  onModuleDestroy(): void {
    seen.push('withdraw')
  }

  beforeApplicationShutdown(signal?: string): void {
    seen.push(`drain after ${signal}`) // requests in flight still run
  }

  async onApplicationShutdown(): Promise<void> {
    seen.push('close') // nothing is in flight any more
  }
}
// #endregion

@Module({ providers: [Connection] })
class App {}

describe('docs/lifecycle.md', () => {
  it('calls the hooks in order', async () => {
    const app = await createContext(App, { logger: false })
    await app.close('SIGTERM')
    expect(seen).toEqual(['open', 'announce', 'withdraw', 'drain after SIGTERM', 'close'])
  })
})
