import {
  ContextIdFactory,
  Controller,
  createContext,
  Get,
  Inject,
  Injectable,
  INQUIRER,
  Module,
  ModuleRef,
  REQUEST,
  Scope,
  type ModuleMetadata,
} from 'corbel'
import { serve } from '../web/serve.js'

const context = (root: ModuleMetadata) => {
  @Module(root)
  class RootModule {}
  return createContext(RootModule, { logger: false })
}

describe('request scope', () => {
  it('makes one instance for each request, shared by everything in it', async () => {
    let made = 0
    @Injectable({ scope: Scope.REQUEST })
    class Counter {
      readonly id = ++made
    }
    @Injectable()
    class One {
      constructor(readonly counter: Counter) {}
    }
    @Injectable()
    class Two {
      constructor(readonly counter: Counter) {}
    }
    @Controller()
    class Numbers {
      constructor(
        readonly one: One,
        readonly two: Two,
      ) {}
      @Get() read() {
        return [this.one.counter.id, this.two.counter.id]
      }
    }
    @Module({ controllers: [Numbers], providers: [Counter, One, Two] })
    class AppModule {}
    const { json } = await serve(AppModule)
    expect(await json('/')).toEqual([1, 1])
    expect(await json('/')).toEqual([2, 2])
  })

  it('bubbles up to controllers, and leaves singletons beside it alone', async () => {
    const made = { controller: 0, single: 0 }
    @Injectable({ scope: Scope.REQUEST })
    class Scoped {}
    @Injectable()
    class Between {
      constructor(readonly scoped: Scoped) {}
    }
    @Injectable()
    class Single {
      constructor() {
        made.single++
      }
    }
    @Controller()
    class Root {
      constructor(
        readonly between: Between,
        readonly single: Single,
      ) {
        made.controller++
      }
      @Get() read() {
        return made
      }
    }
    @Module({ controllers: [Root], providers: [Between, Scoped, Single] })
    class AppModule {}
    const { json } = await serve(AppModule)
    expect(made).toEqual({ controller: 0, single: 1 })
    await json('/')
    expect(await json('/')).toEqual({ controller: 2, single: 1 })
  })

  it('is declared on controllers themselves, too', async () => {
    let made = 0
    @Controller({ path: 'scoped', scope: Scope.REQUEST })
    class Scoped {
      constructor() {
        made++
      }
      @Get() read() {
        return made
      }
    }
    @Module({ controllers: [Scoped] })
    class AppModule {}
    const { json } = await serve(AppModule)
    expect(made).toBe(0)
    expect([await json('/scoped'), await json('/scoped')]).toEqual([1, 2])
  })

  it('applies to factories and useClass', async () => {
    let made = 0
    class Service {}
    const app = await context({
      providers: [
        { provide: 'FACTORY', useFactory: () => ({ id: ++made }), scope: Scope.REQUEST },
        { provide: 'CLASS', useClass: Service, scope: Scope.REQUEST },
      ],
    })
    const id = ContextIdFactory.create()
    expect(await app.resolve('FACTORY', id)).toBe(await app.resolve('FACTORY', id))
    expect(await app.resolve('FACTORY')).not.toBe(await app.resolve('FACTORY', id))
    expect(made).toBe(2)
    expect(await app.resolve('CLASS', id)).not.toBe(await app.resolve('CLASS'))
    expect(() => app.get('CLASS')).toThrow(/CLASS.*Use resolve/)
  })

  it('awaits asynchronous factories of a request, once', async () => {
    const factory = jest.fn(async () => ({ done: true }))
    @Injectable({ scope: Scope.REQUEST })
    class A {
      constructor(@Inject('LATER') readonly later: object) {}
    }
    @Injectable({ scope: Scope.REQUEST })
    class B {
      constructor(
        readonly a: A,
        @Inject('LATER') readonly later: object,
      ) {}
    }
    const app = await context({
      providers: [A, B, { provide: 'LATER', useFactory: factory, scope: Scope.REQUEST }],
    })
    const b = await app.resolve(B)
    expect(b.later).toEqual({ done: true })
    expect(b.a.later).toBe(b.later)
    expect(factory).toHaveBeenCalledTimes(1)
  })

  it('does not mix requests that run at the same time', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Who {
      constructor(@Inject(REQUEST) readonly request: { query: { name: string } }) {}
    }
    const waiting: (() => void)[] = []
    @Controller()
    class Greeter {
      constructor(readonly who: Who) {}
      @Get() async greet() {
        await new Promise<void>((resolve) => {
          waiting.push(resolve)
          if (waiting.length === 3) for (const go of waiting) go()
        })
        return this.who.request.query.name
      }
    }
    @Module({ controllers: [Greeter], providers: [Who] })
    class AppModule {}
    const { text } = await serve(AppModule)
    const names = ['ada', 'bob', 'cy']
    expect(await Promise.all(names.map((name) => text(`/?name=${name}`)))).toEqual(names)
  })
})

describe('REQUEST', () => {
  it('is the request object, and makes its consumer request-scoped', async () => {
    @Injectable()
    class Path {
      constructor(@Inject(REQUEST) private readonly request: { url: string }) {}
      get(): string {
        return this.request.url
      }
    }
    @Controller('paths')
    class Paths {
      constructor(readonly path: Path) {}
      @Get(':id') read() {
        return this.path.get()
      }
    }
    @Module({ controllers: [Paths], providers: [Path] })
    class AppModule {}
    const { text } = await serve(AppModule)
    expect(await text('/paths/1?a=b')).toBe('/paths/1?a=b')
  })

  it('is undefined without a request, and what registerRequestByContextId says', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Reader {
      constructor(@Inject(REQUEST) readonly request: unknown) {}
    }
    const app = await context({ providers: [Reader] })
    expect((await app.resolve(Reader)).request).toBeUndefined()
    const id = ContextIdFactory.create()
    app.registerRequestByContextId({ user: 'ada' }, id)
    expect((await app.resolve(Reader, id)).request).toEqual({ user: 'ada' })
  })

  it('leads from the request to its tree: ContextIdFactory.getByRequest', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Scoped {}
    @Injectable()
    class Loader {
      constructor(readonly ref: ModuleRef) {}
      load(request: object): Promise<Scoped> {
        return this.ref.resolve(Scoped, ContextIdFactory.getByRequest(request), { strict: false })
      }
    }
    @Controller()
    class Root {
      constructor(
        readonly scoped: Scoped,
        readonly loader: Loader,
        @Inject(REQUEST) readonly request: object,
      ) {}
      @Get() async same() {
        return { same: (await this.loader.load(this.request)) === this.scoped }
      }
    }
    @Module({ controllers: [Root], providers: [Scoped, Loader] })
    class AppModule {}
    const { json } = await serve(AppModule)
    expect(await json('/')).toEqual({ same: true })
  })

  it('leads there from what holds the request, too', () => {
    const request = {}
    const id = ContextIdFactory.getByRequest(request)
    expect(ContextIdFactory.getByRequest({ req: request })).toBe(id)
    expect(ContextIdFactory.getByRequest({ raw: request })).toBe(id)
    expect(ContextIdFactory.getByRequest({ inner: request }, ['inner'])).toBe(id)
    expect(ContextIdFactory.getByRequest({ inner: request })).not.toBe(id)
  })
})

describe('transient scope', () => {
  @Injectable({ scope: Scope.TRANSIENT })
  class Fresh {
    readonly id = Symbol('fresh')
  }
  @Injectable()
  class A {
    constructor(
      readonly first: Fresh,
      readonly second: Fresh,
    ) {}
  }
  @Injectable()
  class B {
    @Inject() readonly fresh!: Fresh
  }

  it('gives each injection point its own instance, and keeps it', async () => {
    const app = await context({ providers: [Fresh, A, B] })
    const all = [app.get(A).first, app.get(A).second, app.get(B).fresh]
    expect(new Set(all).size).toBe(3)
    expect(app.get(A).first).toBe(all[0])
  })

  it('gives each consumer of a factory its own value', async () => {
    let made = 0
    const app = await context({
      providers: [
        { provide: 'FRESH', useFactory: () => ++made, scope: Scope.TRANSIENT },
        { provide: 'ONE', useFactory: (fresh: number) => fresh, inject: ['FRESH'] },
        { provide: 'TWO', useFactory: (fresh: number) => fresh, inject: ['FRESH'] },
      ],
    })
    expect([app.get('ONE'), app.get('TWO')].sort()).toEqual([1, 2])
  })

  it('nests: a transient one inside a transient one is fresh as well', async () => {
    @Injectable({ scope: Scope.TRANSIENT })
    class Outer {
      constructor(readonly inner: Fresh) {}
    }
    @Injectable()
    class C {
      constructor(
        readonly one: Outer,
        readonly two: Outer,
      ) {}
    }
    const app = await context({ providers: [Fresh, Outer, C] })
    const { one, two } = app.get(C)
    expect(one).not.toBe(two)
    expect(one.inner).not.toBe(two.inner)
  })

  it('is fresh for each consumer inside a request, too', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Scoped {
      constructor(
        readonly one: Fresh,
        readonly two: Fresh,
      ) {}
    }
    const app = await context({ providers: [Fresh, Scoped] })
    const first = await app.resolve(Scoped)
    const second = await app.resolve(Scoped)
    expect(new Set([first.one, first.two, second.one, second.two]).size).toBe(4)
  })

  it('belongs to the request if it depends on something request-scoped', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Scoped {}
    @Injectable({ scope: Scope.TRANSIENT })
    class Holder {
      constructor(readonly scoped: Scoped) {}
    }
    @Injectable()
    class User {
      constructor(
        readonly one: Holder,
        readonly two: Holder,
        readonly scoped: Scoped,
      ) {}
    }
    const app = await context({ providers: [Scoped, Holder, User] })
    const user = await app.resolve(User)
    expect(user.one).not.toBe(user.two)
    expect(user.one.scoped).toBe(user.scoped)
    expect(user.two.scoped).toBe(user.scoped)
  })
})

describe('INQUIRER', () => {
  @Injectable({ scope: Scope.TRANSIENT })
  class Log {
    constructor(@Inject(INQUIRER) readonly parent: object) {}
    name(): string {
      return this.parent.constructor.name
    }
  }

  it('is whom a transient provider is made for', async () => {
    @Injectable()
    class Cats {
      readonly kind = 'cats'
      constructor(readonly log: Log) {}
    }
    @Injectable()
    class Dogs {
      @Inject() readonly log!: Log
    }
    const app = await context({ providers: [Log, Cats, Dogs] })
    expect(app.get(Cats).log.name()).toBe('Cats')
    expect(app.get(Dogs).log.name()).toBe('Dogs')
    expect(app.get(Cats).log.parent).toMatchObject({ kind: 'cats' })
  })

  it('does not disturb private fields of whom it is', async () => {
    @Injectable()
    class Vault {
      readonly #secret = 'kept'
      constructor(readonly log: Log) {}
      read(): string {
        return this.#secret
      }
    }
    const app = await context({ providers: [Log, Vault] })
    expect(app.get(Vault).read()).toBe('kept')
    expect(app.get(Vault).log.name()).toBe('Vault')
  })

  it('works in request-scoped trees', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Scoped {
      constructor(readonly log: Log) {}
    }
    const app = await context({ providers: [Log, Scoped] })
    expect((await app.resolve(Scoped)).log.name()).toBe('Scoped')
  })

  it('is undefined for what is made for nobody', async () => {
    const app = await context({ providers: [Log] })
    expect((await app.resolve(Log)).parent).toBeUndefined()
  })
})
