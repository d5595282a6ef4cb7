import {
  createContext,
  type ForwardReference,
  forwardRef,
  Global,
  Inject,
  Injectable,
  InjectionToken,
  Module,
  Optional,
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
})
