import {
  Controller,
  createApp,
  createContext,
  CorbelError,
  defineError,
  forwardRef,
  Get,
  HttpException,
  Inject,
  Injectable,
  LazyModuleLoader,
  Module,
  ModuleRef,
  Scope,
  type ModuleMetadata,
} from 'corbel'
import { serve } from '../web/serve.js'

/** What a boot with these lists rejects with. */
async function failureOf(root: ModuleMetadata): Promise<CorbelError> {
  @Module(root)
  class AppModule {}
  const failure: unknown = await createContext(AppModule, { logger: false, abortOnError: false }).then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(failure).toBeInstanceOf(CorbelError)
  return failure as CorbelError
}

class Unreachable extends Error {
  override readonly name = 'Unreachable'
}

describe('an error in a constructor or factory at boot', () => {
  it('names the provider and its module, and keeps the error as cause', async () => {
    const cause = new Unreachable('no route to host')
    @Injectable()
    class Database {
      constructor() {
        throw cause
      }
    }
    @Module({ providers: [Database], exports: [Database] })
    class DatabaseModule {}
    @Injectable()
    class Users {
      constructor(readonly database: Database) {}
    }
    const failure = await failureOf({ imports: [DatabaseModule], providers: [Users] })
    expect(failure).toMatchObject({
      code: 'CORBEL_PROVIDER_FAILED',
      message:
        'Database in DatabaseModule cannot be built: its constructor failed with Unreachable: no route to host',
      cause,
    })
  })

  it('shows where it was thrown in its own trace', async () => {
    const failsHere = () => {
      throw new Error('broken')
    }
    const failure = await failureOf({ providers: [{ provide: 'MADE', useFactory: failsHere }] })
    expect(failure.stack).toMatch(
      /^CORBEL_PROVIDER_FAILED: "MADE" in AppModule cannot be built: its factory failed with broken\n {4}at /,
    )
    expect(failure.stack).toContain('build-failures.spec.ts')
  })

  it.each([
    ['throws', () => { throw new Error('no database') }], // prettier-ignore
    ['rejects', () => Promise.reject(new Error('no database'))],
    ['rejects later', async () => { await Promise.resolve(); throw new Error('no database') }], // prettier-ignore
  ])('is told of a factory that %s', async (_how, useFactory) => {
    const { message } = await failureOf({ providers: [{ provide: 'DB', useFactory }] })
    expect(message).toBe('"DB" in AppModule cannot be built: its factory failed with no database')
  })

  it.each([
    [new TypeError('x is not a function'), 'TypeError: x is not a function'],
    [new HttpException('late', 503), 'HttpException: late'],
    [Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }), 'AggregateError: ECONNREFUSED'],
    [new Error(''), 'Error'],
    ['just text', 'just text'],
    [undefined, 'undefined'],
  ])('is told in words whatever was thrown: %j', async (thrown, told) => {
    const useFactory = () => {
      throw thrown // oxlint-disable-line no-throw-literal
    }
    const failure = await failureOf({ providers: [{ provide: 'X', useFactory }] })
    expect(failure.message).toMatch(new RegExp(`failed with ${told}$`))
    expect(failure.cause).toBe(thrown)
  })

  it('is told of module classes, controllers, transient providers and lazily loaded modules', async () => {
    class Bad {
      constructor() {
        throw new Error('bad')
      }
    }
    @Injectable({ scope: Scope.TRANSIENT })
    class Fresh extends Bad {}
    @Injectable()
    class Owner {
      constructor(readonly fresh: Fresh) {}
    }
    @Controller()
    class Root extends Bad {}
    @Module({})
    class Feature extends Bad {}
    expect((await failureOf({ providers: [Owner, Fresh] })).message).toMatch(/^Fresh in AppModule/)
    expect((await failureOf({ controllers: [Root] })).message).toMatch(/^Root in AppModule/)
    expect((await failureOf({ imports: [Feature] })).message).toMatch(/^Feature in Feature/)
    @Module({})
    class Empty {}
    const app = await createContext(Empty, { logger: false })
    await expect(app.get(LazyModuleLoader).load(() => Feature)).rejects.toThrow(/^Feature in Feature/)
  })

  it('comes as it is where Corbel declares it, since it says what to do already', async () => {
    const Unreadable = defineError<{ file: string }>('CORBEL_SPEC_UNREADABLE', '{file} cannot be read.')
    const error = new Unreadable({ file: 'settings.json' })
    expect(await failureOf({ providers: [{ provide: 'X', useFactory: () => Promise.reject(error) }] })).toBe(
      error,
    )
  })

  it('leaves no other failure of the same boot unheard', async () => {
    const unheard = jest.fn()
    process.on('unhandledRejection', unheard)
    const later = { provide: 'LATER', useFactory: () => Promise.reject(new Error('later')) }
    const fresh = { ...later, provide: 'FRESH', scope: Scope.TRANSIENT }
    @Injectable()
    class Bad {
      constructor() {
        throw new Error('at once')
      }
    }
    @Injectable()
    class User {
      @Inject() readonly bad!: Bad
      constructor(
        @Inject('LATER') readonly later: unknown,
        @Inject('FRESH') readonly fresh: unknown,
      ) {}
    }
    @Injectable()
    class Other {
      constructor(
        @Inject('LATER') readonly later: unknown,
        @Inject('FRESH') readonly fresh: unknown,
        readonly bad: Bad,
      ) {}
    }
    for (const first of [User, Other]) {
      expect((await failureOf({ providers: [first, Bad, later, fresh] })).message).toMatch(/^Bad in/)
    }
    await new Promise(setImmediate)
    process.off('unhandledRejection', unheard)
    expect(unheard).not.toHaveBeenCalled()
  })

  it('of a request comes as it is, so that filters can answer for it', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Tenant {
      constructor() {
        throw new HttpException('Which tenant?', 421)
      }
    }
    @Injectable({ scope: Scope.TRANSIENT })
    class Reader {
      constructor() {
        throw new HttpException('Read what?', 422)
      }
    }
    @Controller()
    class Root {
      constructor(readonly ref: ModuleRef) {}
      @Get('reader') reader() {
        return this.ref.resolve(Reader)
      }
    }
    @Controller('tenant')
    class Tenants {
      constructor(readonly tenant: Tenant) {}
      @Get() read() {}
    }
    @Module({ controllers: [Root, Tenants], providers: [Tenant, Reader] })
    class AppModule {}
    const { fetch } = await serve(AppModule)
    expect([(await fetch('/tenant')).status, (await fetch('/reader')).status]).toEqual([421, 422])
  })

  it('is what createApp rejects with, too', async () => {
    @Module({ providers: [{ provide: 'X', useFactory: () => Promise.reject(new Error('no')) }] })
    class AppModule {}
    await expect(createApp(AppModule, { logger: false })).rejects.toMatchObject({
      code: 'CORBEL_PROVIDER_FAILED',
      details: { provider: '"X"', module: 'AppModule' },
    })
  })
})

describe('ModuleRef.get in a constructor', () => {
  @Injectable()
  class Clock {}

  const asking = (token: unknown) => {
    @Injectable()
    class Asking {
      readonly found: unknown
      constructor(ref: ModuleRef) {
        this.found = ref.get(token as never)
      }
    }
    return Asking
  }

  it('gives what can be built at once, whether it stands before or behind', async () => {
    const Asking = asking(Clock)
    for (const providers of [
      [Asking, Clock],
      [Clock, Asking],
    ]) {
      @Module({ providers })
      class AppModule {}
      const app = await createContext(AppModule, { logger: false })
      expect(app.get(Asking).found).toBe(app.get(Clock))
    }
  })

  it('gives values and aliases', async () => {
    const Asking = asking('ALIAS')
    @Module({
      providers: [Asking, { provide: 'ALIAS', useExisting: 'VALUE' }, { provide: 'VALUE', useValue: 7 }],
    })
    class AppModule {}
    expect((await createContext(AppModule, { logger: false })).get(Asking).found).toBe(7)
  })

  it('says what to do where a factory is still waited for', async () => {
    const factory = jest.fn(async () => 'later')
    const { message } = await failureOf({
      providers: [asking('LATER'), { provide: 'LATER', useFactory: factory }],
    })
    expect(message).toMatch(
      /^Asking in AppModule cannot be built: .*\[CORBEL_PROVIDER_UNBUILT\] "LATER" is not built yet.*Inject it.*onModuleInit/,
    )
    expect(factory).toHaveBeenCalledTimes(1)
  })

  it('says what to do where the one that is asked for needs the one that asks', async () => {
    @Injectable()
    class Asking {
      constructor(ref: ModuleRef) {
        ref.get(Needing)
      }
    }
    @Injectable()
    class Needing {
      constructor(@Inject(forwardRef(() => Asking)) readonly asking: unknown) {}
    }
    const { message } = await failureOf({ providers: [Asking, Needing] })
    expect(message).toMatch(/CORBEL_PROVIDER_UNBUILT\] Asking is not built yet.*needs what is being built/)
  })

  it('says the same of resolve, instead of building a second one', async () => {
    let answer: Promise<unknown> | undefined
    @Injectable()
    class Asking {
      constructor(ref: ModuleRef) {
        answer = ref.resolve(Asking).catch((error: unknown) => error)
      }
    }
    @Module({ providers: [Asking] })
    class AppModule {}
    await createContext(AppModule, { logger: false })
    expect(await answer).toMatchObject({ code: 'CORBEL_PROVIDER_UNBUILT' })
  })

  it('still refuses what has no single instance', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Scoped {}
    const { message } = await failureOf({ providers: [asking(Scoped), Scoped] })
    expect(message).toMatch(/Scoped is request-scoped, since it is declared with Scope.REQUEST.*resolve\(\)/)
  })
})
