import {
  ConfigurableModuleBuilder,
  createContext,
  DiscoveryModule,
  DiscoveryService,
  type ForwardReference,
  forwardRef,
  Global,
  Inject,
  Injectable,
  InjectionToken,
  LazyModuleLoader,
  Module,
  ModuleRef,
  Optional,
  Scope,
} from 'corbel'
import type { DynamicModule } from 'corbel'

describe('docs/modules.md', () => {
  it('first module', async () => {
    // #region first
    @Injectable()
    class Clock {
      now(): Date {
        return new Date()
      }
    }

    @Injectable()
    class Greeter {
      constructor(private readonly clock: Clock) {}

      greet(name: string): string {
        return this.clock.now().getHours() < 12 ? `Good morning, ${name}` : `Hello, ${name}`
      }
    }

    @Module({ providers: [Clock], exports: [Clock] })
    class TimeModule {}

    @Module({ imports: [TimeModule], providers: [Greeter] })
    class AppModule {}

    const app = await createContext(AppModule)
    app.get(Greeter).greet('Ada')
    await app.close()
    // #endregion
    expect(new Greeter(new Clock()).greet('Ada')).toMatch(/Ada$/)
  })

  it('provider forms', async () => {
    class Mailer {
      constructor(readonly url = 'default') {}
    }
    class SmtpMailer extends Mailer {}
    const connect = async (url: string): Promise<{ url: string }> => ({ url })
    // #region forms
    const MAIL_URL = new InjectionToken<string>('MAIL_URL')

    @Module({
      providers: [
        SmtpMailer, // the class is its own token
        { provide: Mailer, useExisting: SmtpMailer }, // a second name for the same instance
        { provide: MAIL_URL, useValue: 'smtp://localhost' },
        {
          provide: 'CONNECTION', // awaited before whoever needs it is built
          useFactory: (url: string, retries?: number) => connect(`${url}?retries=${retries ?? 3}`),
          inject: [MAIL_URL, { token: 'RETRIES', optional: true }],
        },
      ],
      exports: [Mailer, 'CONNECTION'],
    })
    class MailModule {}
    // #endregion
    const app = await createContext(MailModule, { logger: false })
    expect(app.get('CONNECTION')).toEqual({ url: 'smtp://localhost?retries=3' })
    expect(app.get(Mailer)).toBe(app.get(SmtpMailer))
    await app.close()
  })

  it('injection', async () => {
    // #region injection
    @Injectable()
    class Search {
      @Inject('INDEX') private readonly index: string // a property

      constructor(
        @Inject('LIMIT') private readonly limit: number, // by token
        @Optional() @Inject('LANGUAGE') private readonly language = 'en', // undefined if nothing provides it
      ) {}

      describe(): string {
        return `${this.index}/${this.language}?limit=${this.limit}`
      }
    }
    // #endregion
    @Module({
      providers: [Search, { provide: 'INDEX', useValue: 'articles' }, { provide: 'LIMIT', useValue: 20 }],
    })
    class App {}
    const app = await createContext(App, { logger: false })
    expect(app.get(Search).describe()).toBe('articles/en?limit=20')
    await app.close()
  })

  it('dynamic modules', async () => {
    // #region dynamic
    interface CacheOptions {
      ttl: number
    }

    @Injectable()
    class Cache {
      constructor(@Inject('CACHE_OPTIONS') readonly options: CacheOptions) {}
    }

    @Module({ providers: [Cache], exports: [Cache] })
    class CacheModule {
      static forRoot(options: CacheOptions): DynamicModule {
        return {
          module: CacheModule,
          global: true,
          providers: [{ provide: 'CACHE_OPTIONS', useValue: options }],
        }
      }
    }

    @Module({ imports: [CacheModule.forRoot({ ttl: 60 })] })
    class AppModule {}
    // #endregion
    const app = await createContext(AppModule, { logger: false })
    expect(app.get(Cache).options.ttl).toBe(60)
    await app.close()
  })

  it('cycles', async () => {
    // #region cycles
    @Injectable()
    class Orders {
      constructor(@Inject(forwardRef(() => Invoices)) readonly invoices: unknown) {}
    }

    @Injectable()
    class Invoices {
      constructor(@Inject(forwardRef(() => Orders)) readonly orders: Orders) {}
    }
    // #endregion
    @Global()
    @Module({ providers: [Orders, Invoices] })
    class App {}
    const app = await createContext(App, { logger: false })
    expect((app.get(Orders).invoices as Invoices).orders).toBe(app.get(Orders))
    const reference: ForwardReference = forwardRef(() => Orders)
    expect(reference.forwardRef()).toBe(Orders)
    await app.close()
  })

  it('configurable modules', async () => {
    // #region configurable
    interface MailOptions {
      host: string
    }

    const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<MailOptions>()
      .setClassMethodName('forRoot') // forRoot and forRootAsync; register and registerAsync by default
      .setExtras({ isGlobal: false }) // about the module, not for it
      .build()

    @Injectable()
    class Mailer {
      constructor(@Inject(MODULE_OPTIONS_TOKEN) readonly options: MailOptions) {}
    }

    @Module({ providers: [Mailer], exports: [Mailer] })
    class MailModule extends ConfigurableModuleClass {}

    @Module({
      imports: [
        MailModule.forRootAsync({
          isGlobal: true,
          inject: [{ token: 'MAIL_HOST', optional: true }],
          useFactory: async (host = 'localhost') => ({ host }),
        }),
      ],
    })
    class AppModule {}
    // #endregion
    const app = await createContext(AppModule, { logger: false })
    expect(app.get(Mailer).options).toEqual({ host: 'localhost' })
    await app.close()
  })

  it('module reference', async () => {
    @Injectable()
    class Clock {}
    @Injectable({ scope: Scope.TRANSIENT })
    class Report {
      constructor(readonly clock: Clock) {}
    }
    class Plugin {}
    // #region module-ref
    @Injectable()
    class Desk {
      constructor(private readonly module: ModuleRef) {}

      async work(): Promise<unknown[]> {
        return [
          this.module.get(Clock), // a singleton of this module
          this.module.get('SETTING', { strict: false }), // of any module
          this.module.get('SETTING', { strict: false, each: true }), // of all modules, as an array
          await this.module.resolve(Report), // request-scoped or transient: another one each time
          await this.module.create(Plugin), // a class that no module lists
        ]
      }
    }
    // #endregion
    @Module({ providers: [Clock, Report, Desk, { provide: 'SETTING', useValue: 1 }] })
    class App {}
    const app = await createContext(App, { logger: false })
    const [clock, setting, all, report, plugin] = await app.get(Desk).work()
    expect([clock, setting, all]).toEqual([app.get(Clock), 1, [1]])
    expect([report, plugin]).toEqual([expect.any(Report), expect.any(Plugin)])
    await app.close()
  })

  it('lazy modules', async () => {
    @Injectable()
    class Pdf {
      print(text: string): string {
        return `%PDF ${text}`
      }
    }
    @Module({ providers: [Pdf] })
    class PdfModule {}
    // #region lazy
    @Injectable()
    class Invoices {
      constructor(private readonly loader: LazyModuleLoader) {}

      async print(): Promise<string> {
        // usually () => import('./pdf.module.js').then((file) => file.PdfModule)
        const module = await this.loader.load(() => PdfModule)
        return module.get(Pdf).print('Invoice')
      }
    }
    // #endregion
    @Module({ providers: [Invoices] })
    class App {}
    const app = await createContext(App, { logger: false })
    expect(await app.get(Invoices).print()).toBe('%PDF Invoice')
    await app.close()
  })

  it('discovery', async () => {
    // #region discovery
    const Job = DiscoveryService.createDecorator<{ every: number }>()

    @Injectable()
    @Job({ every: 60 })
    class Cleaner {
      run(): void {}
    }

    @Injectable()
    class Scheduler {
      constructor(private readonly discovery: DiscoveryService) {}

      jobs(): { name: string; every: number }[] {
        return this.discovery.getProviders({ metadataKey: Job.KEY }).map((found) => ({
          name: found.name, // also found.instance, found.metatype, found.host
          every: this.discovery.getMetadataByDecorator(Job, found)!.every,
        }))
      }
    }

    @Module({ imports: [DiscoveryModule], providers: [Cleaner, Scheduler] })
    class AppModule {}
    // #endregion
    const app = await createContext(AppModule, { logger: false })
    expect(app.get(Scheduler).jobs()).toEqual([{ name: 'Cleaner', every: 60 }])
    await app.close()
  })
})
