import {
  Controller,
  createContext,
  forwardRef,
  Inject,
  Injectable,
  Module,
  ModuleRef,
  Optional,
  Scope,
} from 'corbel'

@Module({ providers: [{ provide: 'letter', useValue: 'A' }] })
class First {}

@Module({ providers: [{ provide: 'letter', useValue: 'B' }] })
class Second {}

@Injectable({ scope: Scope.REQUEST })
class PerRequest {}

@Injectable({ scope: Scope.TRANSIENT })
class PerConsumer {}

@Injectable()
class Dependent {
  constructor(readonly dependency: PerRequest) {}
}

@Injectable()
class Single {}

@Module({
  imports: [First, Second],
  providers: [PerRequest, PerConsumer, Dependent, Single, { provide: 'alias', useExisting: Dependent }],
})
class App {}

describe('looking up each provider of a token', () => {
  it('gives those of all modules', async () => {
    const context = await createContext(App, { logger: false })
    expect(context.get('letter', { each: true })).toEqual(['A', 'B'])
    expect(context.get(ModuleRef).get('letter', { strict: false, each: true })).toEqual(['A', 'B'])
  })

  it('gives those of one module where it is strict', async () => {
    const context = await createContext(App, { logger: false })
    expect(context.select(Second).get('letter', { strict: true, each: true })).toEqual(['B'])
  })

  it('builds scoped ones', async () => {
    const context = await createContext(App, { logger: false })
    const [only] = await context.resolve(PerRequest, undefined, { each: true })
    expect(only).toBeInstanceOf(PerRequest)
    expect(() => context.get(PerRequest, { each: true })).toThrow('PerRequest')
  })

  it('fails like any lookup where there is none', async () => {
    const context = await createContext(App, { logger: false })
    expect(() => context.get('number', { each: true })).toThrow('number')
    await expect(context.resolve('number', undefined, { each: true })).rejects.toThrow('number')
  })
})

describe('introspection', () => {
  it('tells the scope that a provider has, its dependencies included', async () => {
    const reference = (await createContext(App, { logger: false })).get(ModuleRef)
    expect(reference.introspect(PerRequest)).toEqual({ scope: Scope.REQUEST })
    expect(reference.introspect(PerConsumer)).toEqual({ scope: Scope.TRANSIENT })
    expect(reference.introspect(Dependent)).toEqual({ scope: Scope.REQUEST })
    expect(reference.introspect('alias')).toEqual({ scope: Scope.REQUEST })
    expect(reference.introspect(Single)).toEqual({ scope: Scope.DEFAULT })
  })
})

describe('a lookup that finds nothing', () => {
  @Injectable()
  class Mailer {}
  @Controller()
  class Letters {}
  @Module({ providers: [Mailer], controllers: [Letters] })
  class MailModule {}
  @Module({ imports: [MailModule], providers: [{ provide: 'SMTP_HOST', useValue: 'localhost' }] })
  class Root {}

  const start = () => createContext(Root, { logger: false })
  /** The message, by all ways to look up. */
  const told = async (look: (ref: ModuleRef) => unknown) => {
    const ref = (await start()).get(ModuleRef)
    try {
      await look(ref)
      return 'found'
    } catch (error) {
      return (error as Error).message
    }
  }

  it.each([
    ['get', (ref: ModuleRef) => ref.get(Mailer)],
    ['get each', (ref: ModuleRef) => ref.get(Mailer, { each: true })],
    ['resolve', (ref: ModuleRef) => ref.resolve(Mailer)],
  ])('names the module that has it: %s', async (_name, look) => {
    expect(await told(look)).toBe(
      'Mailer is not provided in Root. MailModule has it: pass { strict: false } to search all modules.',
    )
  })

  it.each([
    ['a controller of another module', Letters, /MailModule has it: pass \{ strict: false \}/],
    ['a slip of the pen', 'SMTP_HSOT', /Did you mean "SMTP_HOST", which Root provides\?/],
    [
      'a class of the same name',
      { Mailer: class Mailer {} }.Mailer,
      /MailModule provides something of the same name/,
    ],
    [
      'a class that nobody lists',
      class Nobody {},
      /Nobody is not provided in Root\. Add it to the providers of a module\./,
    ],
    ['undefined', undefined, /undefined is not provided in Root\. If two files import each other/],
  ])('says what to do about %s', async (_name, token, message) => {
    expect(await told((ref) => ref.get(token as never))).toMatch(message)
    expect(await told((ref) => ref.introspect(token as never))).toMatch(
      token === Letters ? /found/ : /not provided in this application/,
    )
  })

  it('is told of the application, too', async () => {
    const app = await start()
    expect(() => app.get('NOWHERE')).toThrow(
      '"NOWHERE" is not provided in this application. Add it to the providers of a module.',
    )
    await expect(app.resolve('NOWHERE')).rejects.toThrow(/"NOWHERE" is not provided in this application/)
    expect(() => app.select(MailModule).get('SMTP_HOST', { strict: true })).toThrow(
      /not provided in MailModule\. Root has it/,
    )
  })

  it('is told of modules', async () => {
    const app = await start()
    for (const entry of [Mailer, undefined, {}, { module: Mailer }, forwardRef(() => MailModule)]) {
      expect(() => app.select(entry as never)).toThrow(/is not part of this application\. Import it/)
    }
  })
})

describe('a lookup of what has no single instance', () => {
  it('says why, and what to do', async () => {
    const context = await createContext(App, { logger: false })
    const why = (token: unknown) => {
      try {
        return context.get(token as never)
      } catch (error) {
        return (error as Error).message
      }
    }
    const rest = ': there is no single instance. Use resolve() instead of get().'
    expect(why(PerConsumer)).toBe(`PerConsumer is transient${rest}`)
    expect(why(PerRequest)).toBe(
      `PerRequest is request-scoped, since it is declared with Scope.REQUEST${rest}`,
    )
    expect(why(Dependent)).toBe(`Dependent is request-scoped, since it needs PerRequest${rest}`)
    expect(why('alias')).toBe(`"alias" is request-scoped, since it needs PerRequest${rest}`)
  })
})

describe('ModuleRef.create', () => {
  it('links a class once, and then only builds it', async () => {
    const context = await createContext(App, { logger: false })
    const ref = context.get(ModuleRef)
    let looked = 0
    @Injectable()
    class Unlisted {
      constructor(readonly single: Single) {}
    }
    const types = [Single]
    Reflect.defineMetadata(
      'design:paramtypes',
      new Proxy(types, { get: (list, key) => (looked++, Reflect.get(list, key)) }),
      Unlisted,
    )
    const first = await ref.create(Unlisted)
    const after = looked
    const second = await ref.create(Unlisted)
    expect(looked).toBe(after)
    expect(first).not.toBe(second)
    expect([first.single, second.single]).toEqual([context.get(Single), context.get(Single)])
  })

  it('sees what each module sees, although the class is the same', async () => {
    @Injectable()
    class Reader {
      constructor(@Inject('letter') readonly letter: string) {}
    }
    const context = await createContext(App, { logger: false })
    const created = [First, Second].map((module) =>
      context.select(module).get(ModuleRef, { strict: true }).create(Reader),
    )
    expect((await Promise.all(created)).map(({ letter }) => letter)).toEqual(['A', 'B'])
  })

  it.each([
    [undefined, 'undefined'],
    ['Name', '"Name"'],
    [() => 1, ''],
  ])('says that %p is no class', async (given, name) => {
    const context = await createContext(App, { logger: false })
    await expect(context.get(ModuleRef).create(given as never)).rejects.toMatchObject({
      code: 'CORBEL_CLASS_EXPECTED',
      message: expect.stringContaining(`create() was given ${name}`),
    })
  })

  it('passes on what the constructor throws', async () => {
    const error = new RangeError('no')
    class Broken {
      constructor() {
        throw error
      }
    }
    const context = await createContext(App, { logger: false })
    await expect(context.get(ModuleRef).create(Broken)).rejects.toBe(error)
  })

  it('passes over constructor defaults and optional dependencies as modules do', async () => {
    @Injectable()
    class Lenient {
      constructor(
        @Optional() @Inject('ABSENT') readonly value: string = 'default',
        readonly fresh: PerConsumer,
      ) {}
    }
    const context = await createContext(App, { logger: false })
    const { value, fresh } = await context.get(ModuleRef).create(Lenient)
    expect(value).toBe('default')
    expect(fresh).toBeInstanceOf(PerConsumer)
  })
})
