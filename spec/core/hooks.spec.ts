import {
  Controller,
  createApp,
  createContext,
  Get,
  Global,
  Injectable,
  Module,
  Scope,
  UseGuards,
  type CanActivate,
} from 'corbel'

const START = ['onModuleInit', 'onApplicationBootstrap'] as const
const STOP = ['onModuleDestroy', 'beforeApplicationShutdown', 'onApplicationShutdown'] as const

/** A class that notes each of its hooks as `name:hook`. */
function tracked(name: string, calls: string[]) {
  class Tracked {
    onModuleInit() {
      calls.push(`${name}:onModuleInit`)
    }
    onApplicationBootstrap() {
      calls.push(`${name}:onApplicationBootstrap`)
    }
    onModuleDestroy() {
      calls.push(`${name}:onModuleDestroy`)
    }
    beforeApplicationShutdown(signal?: string) {
      calls.push(`${name}:beforeApplicationShutdown${signal === undefined ? '' : ` ${signal}`}`)
    }
    onApplicationShutdown(signal?: string) {
      calls.push(`${name}:onApplicationShutdown${signal === undefined ? '' : ` ${signal}`}`)
    }
  }
  return Tracked
}

describe('lifecycle hooks', () => {
  it('start with the deepest module and stop with the root, the module class last in each', async () => {
    const calls: string[] = []
    const Leaf = tracked('leaf provider', calls)
    const Middle = tracked('middle provider', calls)
    const Root = tracked('root provider', calls)
    @Module({ providers: [Leaf] })
    class LeafModule extends tracked('leaf', calls) {}
    @Module({ imports: [LeafModule], providers: [Middle] })
    class MiddleModule extends tracked('middle', calls) {}
    // imported by the root as well: it still comes before what imports it deeper down
    @Module({ imports: [LeafModule, MiddleModule], providers: [Root] })
    class RootModule extends tracked('root', calls) {}
    const app = await createContext(RootModule, { logger: false })
    const modules = ['leaf', 'middle', 'root']
    const names = (list: string[]) => list.flatMap((name) => [`${name} provider`, name])
    expect(calls).toEqual(START.flatMap((hook) => names(modules).map((name) => `${name}:${hook}`)))
    calls.length = 0
    await app.close()
    expect(calls).toEqual(
      STOP.flatMap((hook) => names([...modules].reverse()).map((name) => `${name}:${hook}`)),
    )
  })

  it('start global modules before those that may use them without importing them', async () => {
    const calls: string[] = []
    @Module({})
    class Needed extends tracked('needed', calls) {}
    @Global()
    @Module({ imports: [Needed] })
    class Everywhere extends tracked('global', calls) {}
    @Module({})
    class Leaf extends tracked('leaf', calls) {}
    @Module({ imports: [Leaf] })
    class Branch extends tracked('branch', calls) {}
    @Module({ imports: [Branch, Everywhere] })
    class Root extends tracked('root', calls) {}
    const app = await createContext(Root, { logger: false })
    const order = ['needed', 'global', 'leaf', 'branch', 'root']
    expect(calls.filter((call) => call.endsWith('onModuleInit'))).toEqual(
      order.map((name) => `${name}:onModuleInit`),
    )
    calls.length = 0
    await app.close()
    expect(calls.filter((call) => call.endsWith('onModuleDestroy'))).toEqual(
      order.reverse().map((name) => `${name}:onModuleDestroy`),
    )
  })

  it('are called on providers of every form, controllers and enhancers, once each', async () => {
    const calls: string[] = []
    const value = new (tracked('value', calls))()
    class Single extends tracked('class', calls) {}
    class Guard extends tracked('guard', calls) implements CanActivate {
      canActivate() {
        return true
      }
    }
    @Controller()
    @UseGuards(Guard)
    class Root extends tracked('controller', calls) {
      @Get() read() {}
    }
    @Module({
      controllers: [Root],
      providers: [
        Single,
        { provide: 'VALUE', useValue: value },
        { provide: 'AGAIN', useValue: value },
        { provide: 'FACTORY', useFactory: () => new (tracked('factory', calls))() },
        { provide: 'ALIAS', useExisting: Single },
        { provide: 'SAME', useFactory: (single: Single) => single, inject: [Single] },
      ],
    })
    class AppModule {}
    const app = await createApp(AppModule, { logger: false })
    await app.init()
    await app.init()
    const names = ['class', 'controller', 'factory', 'guard', 'value']
    for (const hook of START) {
      const called = calls.filter((call) => call.endsWith(hook)).map((call) => call.split(':')[0])
      expect(called.sort()).toEqual(names)
    }
    calls.length = 0
    await app.close()
    for (const hook of STOP) {
      const called = calls.filter((call) => call.endsWith(hook)).map((call) => call.split(':')[0])
      expect(called.sort()).toEqual(names)
    }
  })

  it('are called on each transient instance made at boot, and not on request-scoped ones', async () => {
    const calls: string[] = []
    @Injectable({ scope: Scope.TRANSIENT })
    class Fresh extends tracked('transient', calls) {}
    @Injectable({ scope: Scope.REQUEST })
    class Scoped extends tracked('request', calls) {}
    @Injectable()
    class A {
      constructor(
        readonly one: Fresh,
        readonly two: Fresh,
      ) {}
    }
    @Module({ providers: [Fresh, Scoped, A] })
    class AppModule {}
    const app = await createContext(AppModule, { logger: false })
    await app.resolve(Scoped)
    expect(calls.filter((call) => call === 'transient:onModuleInit')).toHaveLength(2)
    await app.close()
    expect(calls.filter((call) => call === 'transient:onModuleDestroy')).toHaveLength(2)
    expect(calls.filter((call) => call.startsWith('request'))).toEqual([])
  })

  it('of one module are awaited together before the next module begins', async () => {
    const calls: string[] = []
    const gates: (() => void)[] = []
    const slow = (name: string) =>
      class {
        async onModuleInit() {
          calls.push(`${name} begins`)
          await new Promise<void>((resolve) => {
            gates.push(resolve)
            // both wait for each other: they would hang if they were called one after the other
            if (gates.length === 2) for (const open of gates) open()
          })
          calls.push(`${name} ends`)
        }
      }
    @Module({ providers: [slow('a'), slow('b')] })
    class Leaf {}
    @Module({ imports: [Leaf] })
    class Root {
      onModuleInit() {
        calls.push('root')
      }
    }
    await createContext(Root, { logger: false })
    expect(calls).toEqual(['a begins', 'b begins', 'a ends', 'b ends', 'root'])
  })

  it('get the signal that close was told', async () => {
    const calls: string[] = []
    @Module({})
    class AppModule extends tracked('app', calls) {}
    const app = await createContext(AppModule, { logger: false })
    calls.length = 0
    await app.close('SIGTERM')
    expect(calls).toEqual([
      'app:onModuleDestroy',
      'app:beforeApplicationShutdown SIGTERM',
      'app:onApplicationShutdown SIGTERM',
    ])
  })

  it('reject the start with the first error', async () => {
    @Module({})
    class AppModule {
      async onModuleInit() {
        throw new Error('cannot start')
      }
    }
    await expect(createContext(AppModule, { logger: false })).rejects.toThrow('cannot start')
  })

  it('of a stop do not skip the others if one fails, and close rejects with the first error', async () => {
    const calls: string[] = []
    @Module({})
    class Healthy extends tracked('healthy', calls) {}
    class Failing {
      onModuleDestroy() {
        throw new Error('first')
      }
      async onApplicationShutdown() {
        throw new Error('second')
      }
    }
    @Module({ imports: [Healthy], providers: [Failing] })
    class Root extends tracked('root', calls) {}
    const app = await createContext(Root, { logger: false })
    calls.length = 0
    await expect(app.close()).rejects.toThrow('first')
    expect(calls).toEqual(STOP.flatMap((hook) => [`root:${hook}`, `healthy:${hook}`]))
  })

  it('of a stop are called once, however often close is called', async () => {
    const calls: string[] = []
    @Module({})
    class AppModule extends tracked('app', calls) {}
    const app = await createContext(AppModule, { logger: false })
    calls.length = 0
    await Promise.all([app.close(), app.close()])
    await app.close()
    expect(calls).toHaveLength(3)
  })

  it('of a stop wait for a start that is still going on', async () => {
    const calls: string[] = []
    let finish!: () => void
    const started = new Promise<void>((resolve) => (finish = resolve))
    @Module({})
    class AppModule {
      async onModuleInit() {
        calls.push('init begins')
        await started
        calls.push('init ends')
      }
      onModuleDestroy() {
        calls.push('destroy')
      }
    }
    const app = await createApp(AppModule, { logger: false })
    const initialising = app.init()
    const closing = app.close()
    finish()
    await Promise.all([initialising, closing])
    expect(calls).toEqual(['init begins', 'init ends', 'destroy'])
  })

  it('of a stop are called after a start that failed', async () => {
    const calls: string[] = []
    @Module({})
    class AppModule extends tracked('app', calls) {
      override onModuleInit() {
        throw new Error('cannot start')
      }
    }
    const app = await createApp(AppModule, { logger: false })
    const initialising = app.init()
    const closing = app.close()
    await expect(initialising).rejects.toThrow('cannot start')
    await closing
    expect(calls).toEqual(STOP.map((hook) => `app:${hook}`))
  })
})
