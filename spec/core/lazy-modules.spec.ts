import {
  BootFailed,
  ContextIdFactory,
  Controller,
  createContext,
  Get,
  Global,
  Inject,
  Injectable,
  LazyModuleLoader,
  Module,
  ModuleRef,
  REQUEST,
  Scope,
  type DynamicModule,
} from 'corbel'
import { serve } from '../web/serve.js'

@Injectable()
class Settings {}
@Global()
@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

@Injectable()
class Shared {}
@Module({ providers: [Shared], exports: [Shared] })
class SharedModule {}

@Injectable({ scope: Scope.REQUEST })
class PerRequest {
  constructor(
    @Inject(REQUEST) readonly request: unknown,
    readonly settings: Settings,
  ) {}
}
@Injectable({ scope: Scope.TRANSIENT })
class PerConsumer {
  constructor(readonly settings: Settings) {}
}
@Injectable()
class Reports {
  constructor(
    readonly settings: Settings,
    readonly shared: Shared,
    readonly own: PerConsumer,
    @Inject('LATER') readonly later: string,
  ) {}
}
@Module({
  imports: [SharedModule],
  providers: [Reports, PerRequest, PerConsumer, { provide: 'LATER', useFactory: async () => 'later' }],
  exports: [Reports],
})
class ReportsModule {}

@Module({ imports: [SettingsModule, SharedModule] })
class AppModule {}

const start = async () => {
  const app = await createContext(AppModule, { logger: false })
  return { app, loader: app.get(LazyModuleLoader) }
}

describe('a module that is loaded later', () => {
  it('shares global modules, and those that are loaded already', async () => {
    const { app, loader } = await start()
    const ref = await loader.load(() => ReportsModule)
    const reports = ref.get(Reports)
    expect(reports.settings).toBe(app.get(Settings))
    expect(reports.shared).toBe(app.get(Shared))
    expect(reports.own).toBeInstanceOf(PerConsumer)
    expect(reports.later).toBe('later')
  })

  it('is the same the next time, also when two load it at once, and whatever loads it', async () => {
    const { app, loader } = await start()
    const refs = await Promise.all([
      loader.load(() => ReportsModule),
      loader.load(() => Promise.resolve(ReportsModule)),
      loader.load(async () => ({ module: ReportsModule })),
    ])
    expect(new Set(refs.map((ref) => ref.get(Reports))).size).toBe(1)
    expect(refs[0]).toBeInstanceOf(ModuleRef)
    expect((await loader.load(() => AppModule)).get(AppModule)).toBe(app.get(AppModule))
  })

  it('has request-scoped providers, in the tree of a context id', async () => {
    const { app, loader } = await start()
    const ref = await loader.load(() => ReportsModule)
    const id = ContextIdFactory.create()
    ref.registerRequestByContextId({ of: 'request' }, id)
    const one = await ref.resolve(PerRequest, id)
    expect(one.request).toEqual({ of: 'request' })
    expect(one.settings).toBe(app.get(Settings))
    expect(await ref.resolve(PerRequest, id)).toBe(one)
    expect(await ref.resolve(PerRequest)).not.toBe(one)
    expect(() => ref.get(PerRequest)).toThrow(/resolve\(\)/)
  })

  it('has transient providers, each time another one', async () => {
    const { loader } = await start()
    const ref = await loader.load(() => ReportsModule)
    expect(await ref.resolve(PerConsumer)).not.toBe(await ref.resolve(PerConsumer))
  })

  it('may be dynamic: another object is another module', async () => {
    class Numbered {
      static register(number: number): DynamicModule {
        return { module: Numbered, providers: [{ provide: 'NUMBER', useValue: number }] }
      }
    }
    const { loader } = await start()
    const one = Numbered.register(1)
    expect((await loader.load(() => one)).get('NUMBER')).toBe(1)
    expect((await loader.load(() => Numbered.register(2))).get('NUMBER')).toBe(2)
    expect((await loader.load(() => one)).get('NUMBER')).toBe(1)
  })

  it('may be global for those that are loaded after it', async () => {
    const everywhere: DynamicModule = {
      module: class Everywhere {},
      global: true,
      providers: [{ provide: 'EVERYWHERE', useValue: 1 }],
      exports: ['EVERYWHERE'],
    }
    @Injectable()
    class Consumer {
      constructor(@Inject('EVERYWHERE') readonly value: number) {}
    }
    @Module({ providers: [Consumer] })
    class ConsumerModule {}
    const { loader } = await start()
    await expect(loader.load(() => ConsumerModule)).rejects.toThrow(/"EVERYWHERE"/)
    await loader.load(() => everywhere)
    expect((await loader.load(() => ConsumerModule)).get(Consumer).value).toBe(1)
  })

  it('brings the modules that it imports with it', async () => {
    @Injectable()
    class Deep {}
    @Module({ providers: [Deep], exports: [Deep] })
    class DeepModule {}
    @Module({
      imports: [DeepModule],
      providers: [{ provide: 'COPY', useFactory: (deep: Deep) => deep, inject: [Deep] }],
    })
    class Outer {}
    const { app, loader } = await start()
    const outer = await loader.load(() => Outer)
    expect(outer.get('COPY')).toBe((await loader.load(() => DeepModule)).get(Deep))
    expect(app.get(Deep)).toBe(outer.get('COPY'))
  })

  it('can be loaded from a handler', async () => {
    @Controller()
    class Root {
      constructor(private readonly loader: LazyModuleLoader) {}
      @Get() async read() {
        const ref = await this.loader.load(() => ReportsModule)
        return { later: ref.get(Reports).later }
      }
    }
    @Module({ imports: [SettingsModule], controllers: [Root] })
    class WebModule {}
    const { json } = await serve(WebModule)
    expect(await Promise.all([json('/'), json('/')])).toEqual([{ later: 'later' }, { later: 'later' }])
  })

  it('can be loaded while the application starts', async () => {
    @Module({ imports: [SettingsModule] })
    class Starting {
      reports: Reports | undefined
      constructor(private readonly loader: LazyModuleLoader) {}
      async onModuleInit() {
        this.reports = (await this.loader.load(() => ReportsModule)).get(Reports)
      }
    }
    const app = await createContext(Starting, { logger: false })
    expect(app.get(Starting).reports!.later).toBe('later')
  })
})

describe('a module that cannot be loaded', () => {
  it('is told with all its problems, and leaves nothing behind', async () => {
    @Module({
      imports: [undefined as never],
      exports: ['NOTHING'],
      providers: [{ provide: 'A', useFactory: () => 1, inject: ['B'] }],
    })
    class Broken {}
    const { app, loader } = await start()
    for (let attempt = 0; attempt < 2; attempt++) {
      const failure = await loader.load(() => Broken).catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(BootFailed)
      expect((failure as BootFailed).errors.map(({ name }) => name).sort()).toEqual([
        'CORBEL_DEPENDENCY_MISSING',
        'CORBEL_EXPORT_UNKNOWN',
        'CORBEL_MODULE_ENTRY_INVALID',
      ])
    }
    expect(() => app.get('A')).toThrow(/not provided/)
  })

  it('is told where it is no module at all, or where its loading fails', async () => {
    const { loader } = await start()
    await expect(loader.load(() => undefined as never)).rejects.toThrow(
      /CORBEL_MODULE_ENTRY_INVALID|has to be|must be/,
    )
    await expect(loader.load(() => Reports)).rejects.toThrow(/Reports.*no @Module\(\)/)
    await expect(
      loader.load(() => {
        throw new Error('cannot import')
      }),
    ).rejects.toThrow('cannot import')
    await expect(loader.load(() => Promise.reject(new Error('no file')))).rejects.toThrow('no file')
  })

  it('can be loaded when what has failed is well again', async () => {
    let isUp = false
    const useFactory = async () => {
      if (!isUp) throw new Error('down')
      return 'up'
    }
    @Module({ providers: [{ provide: 'REMOTE', useFactory }] })
    class Remote {}
    const { loader } = await start()
    await expect(loader.load(() => Remote)).rejects.toThrow(/"REMOTE" in Remote cannot be built.*down/)
    isUp = true
    expect((await loader.load(() => Remote)).get('REMOTE')).toBe('up')
  })
})
