import {
  ApplicationState,
  createContext,
  Injectable,
  Module,
  type OnModuleDestroy,
  type OnModuleInit,
} from 'corbel'

describe('ApplicationState', () => {
  const seen: string[] = []
  beforeEach(() => void seen.splice(0))

  @Injectable()
  class Watcher implements OnModuleInit, OnModuleDestroy {
    constructor(readonly state: ApplicationState) {
      state.stopping.addEventListener('abort', () => seen.push('told to stop'))
    }
    onModuleInit() {
      this.note('init')
    }
    onModuleDestroy() {
      this.note('destroy')
    }
    private note(hook: string) {
      const { phase, isReady, stopping } = this.state
      seen.push(
        `${hook}: ${phase}, ${isReady ? 'ready' : 'not ready'}, ${stopping.aborted ? 'aborted' : 'going on'}`,
      )
    }
  }
  @Module({ providers: [Watcher] })
  class AppModule {}

  it('says whether the application is ready, and tells when it stops, before any hook', async () => {
    const app = await createContext(AppModule, { logger: false })
    const { state } = app.get(Watcher)
    expect([app.isReady(), state.phase]).toEqual([true, 'running'])
    const closing = app.close()
    expect([app.isReady(), state.phase, state.stopping.aborted]).toEqual([false, 'stopping', true])
    await closing
    expect([app.isReady(), state.phase]).toEqual([false, 'stopped'])
    expect(seen).toEqual([
      'init: starting, not ready, going on',
      'told to stop',
      'destroy: stopping, not ready, aborted',
    ])
  })

  it('belongs to one application', async () => {
    const [one, two] = await Promise.all([1, 2].map(() => createContext(AppModule, { logger: false })))
    await one!.close()
    expect(two!.isReady()).toBe(true)
    await two!.close()
  })

  it('is not ready any more when a start that was interrupted comes to its end', async () => {
    let proceed!: () => void
    const gate = new Promise<void>((resolve) => (proceed = resolve))
    @Module({})
    class SlowModule implements OnModuleInit {
      constructor(readonly state: ApplicationState) {}
      async onModuleInit() {
        await gate
      }
    }
    const { createApp } = await import('corbel')
    const app = await createApp(SlowModule, { logger: false })
    const starting = app.init()
    const closing = app.close()
    proceed()
    await starting
    expect(app.isReady()).toBe(false)
    await closing
  })
})
