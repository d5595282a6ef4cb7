import {
  ConfigurableModuleBuilder,
  ContextIdFactory,
  createContext,
  Inject,
  Injectable,
  Module,
  REQUEST,
  type DynamicModule,
} from 'corbel'

interface MailOptions {
  host: string
}

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<MailOptions>({
  moduleName: 'Mail',
})
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createMailOptions')
  .setExtras({ isGlobal: false }, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
  .build()

@Injectable()
class Mailer {
  constructor(@Inject(MODULE_OPTIONS_TOKEN) readonly options: MailOptions) {}
}

@Module({ providers: [Mailer], exports: [Mailer] })
class MailModule extends ConfigurableModuleClass {}

class Config {
  createMailOptions(): MailOptions {
    return { host: 'from a class' }
  }
}

async function optionsOf(imported: object): Promise<MailOptions> {
  @Module({ imports: [imported as never] })
  class App {}
  const app = await createContext(App, { logger: false })
  const { options } = app.get(Mailer)
  await app.close()
  return options
}

describe('ConfigurableModuleBuilder', () => {
  it('gives the options to the module, without the extras', async () => {
    expect(await optionsOf(MailModule.forRoot({ host: 'a', isGlobal: true }))).toEqual({ host: 'a' })
  })

  it('takes a factory with dependencies', async () => {
    const dynamic = MailModule.forRootAsync({
      useFactory: async (host: string) => ({ host }),
      inject: ['host'],
      provideInjectionTokensFrom: [{ provide: 'host', useValue: 'b' }],
    })
    expect(await optionsOf(dynamic)).toEqual({ host: 'b' })
  })

  it('takes a class with the named factory method, its own or of an imported module', async () => {
    expect(await optionsOf(MailModule.forRootAsync({ useClass: Config }))).toEqual({ host: 'from a class' })

    @Module({ providers: [Config], exports: [Config] })
    class ConfigModule {}
    const existing = MailModule.forRootAsync({ imports: [ConfigModule], useExisting: Config })
    expect(await optionsOf(existing)).toEqual({ host: 'from a class' })
  })

  it('lets extras make the module global', async () => {
    @Injectable()
    class User {
      constructor(readonly mailer: Mailer) {}
    }
    @Module({ providers: [User] })
    class UserModule {}
    @Module({ imports: [MailModule.forRoot({ host: 'e', isGlobal: true }), UserModule] })
    class App {}
    const app = await createContext(App, { logger: false })
    expect(app.get(User).mailer.options.host).toBe('e')
    await app.close()
  })

  it('says what an asynchronous form needs', () => {
    expect(() => MailModule.forRootAsync({})).toThrow(/useFactory, useClass, useExisting/)
  })
})

describe('the methods of a configurable module', () => {
  interface Options {
    readonly level: number
  }

  it('are register and registerAsync by default, with a factory method create', async () => {
    const { ConfigurableModuleClass: Base, MODULE_OPTIONS_TOKEN: token } =
      new ConfigurableModuleBuilder<Options>({ alwaysTransient: true }).build()
    class Factory {
      async create(): Promise<Options> {
        return { level: 2 }
      }
    }
    @Module({})
    class LevelModule extends Base {}
    @Module({
      imports: [LevelModule.register({ level: 1 }), LevelModule.registerAsync({ useClass: Factory })],
    })
    class App {}
    const app = await createContext(App, { logger: false })
    expect(app.get(token, { each: true })).toEqual([{ level: 1 }, { level: 2 }])
  })

  it('can be extended by those of the module', async () => {
    const {
      ConfigurableModuleClass: Base,
      MODULE_OPTIONS_TOKEN: token,
      OPTIONS_TYPE,
      ASYNC_OPTIONS_TYPE,
    } = new ConfigurableModuleBuilder<Options>().setExtras({ isGlobal: true }).build()
    @Module({})
    class LevelModule extends Base {
      static override register(options: typeof OPTIONS_TYPE): DynamicModule {
        return { ...super.register(options), exports: [token] }
      }
      static override registerAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
        return { ...super.registerAsync(options), exports: [token] }
      }
    }
    // the types are for signatures, there is nothing at run time
    expect([OPTIONS_TYPE, ASYNC_OPTIONS_TYPE]).toEqual([undefined, undefined])
    expect(LevelModule.register({ level: 1 })).toMatchObject({ module: LevelModule, global: true })
    expect(LevelModule.register({ level: 1, isGlobal: false })).toMatchObject({ global: false })
    expect(LevelModule.registerAsync({ useFactory: () => ({ level: 1 }) })).toMatchObject({ global: true })
    @Module({ providers: [{ provide: 'COPY', useFactory: (options: Options) => options, inject: [token] }] })
    class Reader {}
    @Module({ imports: [LevelModule.register({ level: 3 }), Reader] })
    class App {}
    expect((await createContext(App, { logger: false })).get('COPY')).toEqual({ level: 3 })
  })

  it('may be called without options where all of them are optional', async () => {
    const { ConfigurableModuleClass: Base, MODULE_OPTIONS_TOKEN: token } = new ConfigurableModuleBuilder<{
      level?: number
    }>()
      .setExtras({ isGlobal: true })
      .build()
    @Injectable()
    class Levels {
      constructor(@Inject(token) readonly options: { level?: number } = { level: 1 }) {}
    }
    @Module({ providers: [Levels] })
    class LevelModule extends Base {}
    const register = LevelModule.register.bind(LevelModule) as (options?: object) => DynamicModule
    @Module({ imports: [register()] })
    class App {}
    expect((await createContext(App, { logger: false })).get(Levels).options).toEqual({ level: 1 })
  })

  it('keep a token of your own, and options that are a class instance', async () => {
    class Given {
      constructor(readonly level: number) {}
      double() {
        return this.level * 2
      }
    }
    const TOKEN = Symbol('OPTIONS')
    const { ConfigurableModuleClass: Base, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<Given>({
      optionsInjectionToken: TOKEN,
    }).build()
    expect(MODULE_OPTIONS_TOKEN).toBe(TOKEN)
    @Module({})
    class LevelModule extends Base {}
    @Module({ imports: [LevelModule.register(new Given(2))] })
    class App {}
    expect((await createContext(App, { logger: false })).get<Given>(TOKEN).double()).toBe(4)
  })

  it('take optional dependencies, and request-scoped ones', async () => {
    const { ConfigurableModuleClass: Base, MODULE_OPTIONS_TOKEN: token } =
      new ConfigurableModuleBuilder<object>().build()
    @Module({})
    class AnyModule extends Base {}
    const dynamic = AnyModule.registerAsync({
      useFactory: (...given: unknown[]) => ({ given }),
      inject: [REQUEST, { token: 'ABSENT', optional: true }],
    })
    @Module({ imports: [dynamic] })
    class App {}
    const app = await createContext(App, { logger: false })
    const id = ContextIdFactory.create()
    app.registerRequestByContextId('request' as never, id)
    expect(await app.resolve(token, id)).toEqual({ given: ['request', undefined] })
  })

  it('say what their factory class lacks', async () => {
    const { ConfigurableModuleClass: Base } = new ConfigurableModuleBuilder<object>().build()
    @Injectable()
    class Factory {
      constructor(readonly mailer: Mailer) {}
      create() {
        return {}
      }
    }
    @Module({})
    class AnyModule extends Base {}
    @Module({ imports: [AnyModule.registerAsync({ useClass: Factory })] })
    class App {}
    await expect(createContext(App, { logger: false })).rejects.toThrow(
      /Factory\(\?\): Factory in AnyModule needs Mailer/,
    )
  })

  it('say which method a factory class should have', async () => {
    const { ConfigurableModuleClass: Base } = new ConfigurableModuleBuilder<object>()
      .setFactoryMethodName('createOptions')
      .build()
    class Factory {}
    @Module({})
    class AnyModule extends Base {}
    @Module({ imports: [AnyModule.registerAsync({ useClass: Factory as never })] })
    class App {}
    await expect(createContext(App, { logger: false })).rejects.toThrow(/Factory has no method createOptions/)
  })
})
