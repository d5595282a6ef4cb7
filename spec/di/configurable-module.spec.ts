import { ConfigurableModuleBuilder, createContext, Inject, Injectable, Module } from 'corbel'

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
