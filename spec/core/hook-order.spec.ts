import {
  Controller,
  createApp,
  createContext,
  forwardRef,
  Get,
  Inject,
  Injectable,
  LazyModuleLoader,
  Module,
  ModuleRef,
  Scope,
  type ModuleMetadata,
  type Provider,
} from 'corbel'

const HOOKS = [
  'onModuleInit',
  'onApplicationBootstrap',
  'onModuleDestroy',
  'beforeApplicationShutdown',
  'onApplicationShutdown',
] as const

let calls: string[] = []

beforeEach(() => {
  calls = []
})

/** Notes each hook as `Name hook`, by the name of the class. */
class Tracked {
  onModuleInit(): unknown {
    return this.note('onModuleInit')
  }
  onApplicationBootstrap(): unknown {
    return this.note('onApplicationBootstrap')
  }
  onModuleDestroy(): unknown {
    return this.note('onModuleDestroy')
  }
  beforeApplicationShutdown(): unknown {
    return this.note('beforeApplicationShutdown')
  }
  onApplicationShutdown(): unknown {
    return this.note('onApplicationShutdown')
  }
  protected note(hook: string): unknown {
    calls.push(`${this.constructor.name} ${hook}`)
    return undefined
  }
}

/** As Tracked; the hook takes a turn of the event loop. */
class Slow extends Tracked {
  protected override async note(hook: string): Promise<void> {
    calls.push(`${this.constructor.name} ${hook} …`)
    await new Promise(setImmediate)
    super.note(hook)
  }
}

const context = (root: ModuleMetadata) => {
  @Module(root)
  class AppModule {}
  return createContext(AppModule, { logger: false })
}

/** Who was called with a hook, in order. */
const called = (hook: string) =>
  calls.filter((call) => call.endsWith(` ${hook}`)).map((call) => call.split(' ')[0])

describe('hooks within a module', () => {
  @Injectable()
  class Pool extends Tracked {}
  @Injectable()
  class Repository extends Tracked {
    @Inject() readonly pool!: Pool
  }
  @Injectable()
  class Service extends Tracked {
    constructor(
      readonly repository: Repository,
      @Inject('MADE') readonly made: unknown,
    ) {
      super()
    }
  }
  class Made extends Tracked {}
  const made: Provider = { provide: 'MADE', useFactory: (_pool: Pool) => new Made(), inject: ['ALIAS'] }
  const alias: Provider = { provide: 'ALIAS', useExisting: Pool }

  it.each([
    ['as they are listed', [Pool, Repository, made, Service, alias]],
    ['the other way round', [Service, alias, made, Repository, Pool]],
  ])('start with what others inject and stop with it, %s', async (_order, providers) => {
    await (await context({ providers })).close()
    for (const hook of HOOKS) {
      const names = called(hook)
      const inOrder = hook.startsWith('onModuleInit') || hook.endsWith('Bootstrap') ? names : names.reverse()
      expect(inOrder).toHaveLength(4)
      expect([inOrder[0], inOrder[3]]).toEqual(['Pool', 'Service'])
    }
  })

  it('wait for the hook of what is injected', async () => {
    @Injectable()
    class Connection extends Slow {}
    @Injectable()
    class User extends Tracked {
      constructor(readonly connection: Connection) {
        super()
      }
    }
    const app = await context({ providers: [User, Connection] })
    expect(calls.slice(0, 3)).toEqual([
      'Connection onModuleInit …',
      'Connection onModuleInit',
      'User onModuleInit',
    ])
    calls = []
    await app.close()
    expect(calls.slice(0, 2)).toEqual(['User onModuleDestroy', 'Connection onModuleDestroy …'])
  })

  it('come to an end where classes inject each other', async () => {
    @Injectable()
    class Left extends Tracked {
      constructor(@Inject(forwardRef(() => Right)) readonly right: unknown) {
        super()
      }
    }
    @Injectable()
    class Right extends Tracked {
      constructor(@Inject(forwardRef(() => Left)) readonly left: unknown) {
        super()
      }
    }
    await (await context({ providers: [Left, Right] })).close()
    for (const hook of HOOKS) expect(called(hook).sort()).toEqual(['Left', 'Right'])
  })

  it('are called on controllers after the providers that they inject', async () => {
    @Controller()
    class Root extends Tracked {
      constructor(readonly pool: Pool) {
        super()
      }
      @Get() read() {}
    }
    @Module({ controllers: [Root], providers: [Pool] })
    class AppModule extends Tracked {}
    const app = await createApp(AppModule, { logger: false })
    await app.init()
    expect(called('onModuleInit')).toEqual(['Pool', 'Root', 'AppModule'])
    await app.close()
    expect(called('onModuleDestroy')).toEqual(['Root', 'Pool', 'AppModule'])
  })
})

describe('hooks over modules', () => {
  it('are called once each where modules import each other', async () => {
    @Module({ imports: [forwardRef(() => Right)] })
    class Left extends Tracked {}
    @Module({ imports: [forwardRef(() => Left)] })
    class Right extends Tracked {}
    await (await context({ imports: [Left, Right] })).close()
    for (const hook of HOOKS) expect(called(hook).sort()).toEqual(['Left', 'Right'])
  })

  it('are called once for an instance that stands in several modules under several names', async () => {
    @Injectable()
    class Shared extends Tracked {}
    @Module({ providers: [Shared], exports: [Shared] })
    class SharedModule {}
    const again = (name: string): Provider[] => [
      { provide: `${name} alias`, useExisting: Shared },
      { provide: `${name} made`, useFactory: (shared: Shared) => shared, inject: [Shared] },
    ]
    @Module({ imports: [SharedModule], providers: again('a') })
    class A {}
    await (await context({ imports: [A, SharedModule], providers: again('root') })).close()
    for (const hook of HOOKS) expect(called(hook)).toEqual(['Shared'])
  })

  it('are called on each instance of a class that several modules provide', async () => {
    @Injectable()
    class Own extends Tracked {}
    @Module({ providers: [Own] })
    class A {}
    @Module({ providers: [Own] })
    class B {}
    await (await context({ imports: [A, B] })).close()
    for (const hook of HOOKS) expect(called(hook)).toEqual(['Own', 'Own'])
  })

  it('are called on both modules of one class', async () => {
    class Dynamic extends Tracked {}
    const dynamic = (value: number) => ({ module: Dynamic, providers: [{ provide: 'X', useValue: value }] })
    await (await context({ imports: [dynamic(1), dynamic(2)] })).close()
    for (const hook of HOOKS) expect(called(hook)).toEqual(['Dynamic', 'Dynamic'])
  })
})

describe('hooks and scopes', () => {
  @Injectable({ scope: Scope.TRANSIENT })
  class Inner extends Tracked {}
  @Injectable({ scope: Scope.TRANSIENT })
  class Outer extends Tracked {
    constructor(readonly inner: Inner) {
      super()
    }
  }
  @Injectable({ scope: Scope.REQUEST })
  class Scoped extends Tracked {
    constructor(readonly inner: Inner) {
      super()
    }
  }

  it('are called on transient instances inside transient ones, in the order of injection', async () => {
    @Injectable()
    class Owner extends Tracked {
      constructor(
        readonly one: Outer,
        readonly two: Outer,
      ) {
        super()
      }
    }
    const app = await context({ providers: [Owner, Outer, Inner] })
    expect(called('onModuleInit')).toEqual(['Inner', 'Inner', 'Outer', 'Outer', 'Owner'])
    await app.close()
    expect(called('onModuleDestroy')).toEqual(['Owner', 'Outer', 'Outer', 'Inner', 'Inner'])
  })

  it('are not called on what requests, resolve() and create() make', async () => {
    const app = await context({ providers: [Scoped, Outer, Inner] })
    await app.resolve(Scoped)
    await app.resolve(Outer)
    await app.get(ModuleRef).create(Tracked)
    await app.close()
    expect(calls).toEqual([])
  })

  it('are not called on controllers and modules that live for a request', async () => {
    @Controller()
    class Root extends Tracked {
      constructor(readonly scoped: Scoped) {
        super()
      }
      @Get() read() {}
    }
    @Module({ providers: [Scoped, Inner], controllers: [Root] })
    class AppModule extends Tracked {
      constructor(readonly scoped: Scoped) {
        super()
      }
    }
    const app = await createApp(AppModule, { logger: false })
    await app.init()
    expect((await app.inject('/')).status).toBe(200)
    await app.close()
    expect(calls).toEqual([])
  })

  it('are called on values with hooks, and pass over values that can have none', async () => {
    class Value extends Tracked {}
    const values = [null, undefined, 0, '', Symbol('s'), () => 1, Object.create(null) as object, new Value()]
    const providers = values.map((useValue, index) => ({ provide: String(index), useValue }))
    await (await context({ providers })).close()
    for (const hook of HOOKS) expect(called(hook)).toEqual(['Value'])
  })

  it('are not called on modules that are loaded later', async () => {
    @Injectable()
    class Late extends Tracked {}
    @Module({ providers: [Late] })
    class LateModule extends Tracked {}
    const app = await context({})
    const ref = await app.get(LazyModuleLoader).load(() => LateModule)
    expect(ref.get(Late)).toBeInstanceOf(Late)
    await app.close()
    expect(calls).toEqual([])
  })
})

describe('errors in hooks', () => {
  it.each([
    ['onModuleInit', 'throws'],
    ['onModuleInit', 'rejects'],
    ['onApplicationBootstrap', 'throws'],
    ['onApplicationBootstrap', 'rejects'],
  ])('of a start (%s %s) come out as they are, and nothing after them is called', async (hook, how) => {
    const error = new RangeError('cannot start')
    class Failing {}
    Object.assign(Failing.prototype, {
      [hook]: () => {
        if (how === 'throws') throw error
        return Promise.reject(error)
      },
    })
    @Module({ providers: [Failing] })
    class Leaf {}
    @Module({ imports: [Leaf] })
    class Root extends Tracked {}
    const app = await createApp(Root, { logger: false })
    await expect(app.init()).rejects.toBe(error)
    expect(called(hook)).toEqual([])
    await app.close()
    expect(called('onModuleDestroy')).toEqual(['Root'])
  })

  it('of a proxy that refuses unknown names skip no other hook', async () => {
    const refusal = new TypeError('no such procedure')
    const client = new Proxy(
      {},
      {
        get(_target, name) {
          if (name === 'then' || name === 'onModuleInit' || name === 'onApplicationBootstrap')
            return undefined
          throw refusal
        },
      },
    )
    @Module({ providers: [{ provide: 'CLIENT', useValue: client }] })
    class Leaf extends Tracked {}
    @Module({ imports: [Leaf] })
    class Root {}
    const app = await createApp(Root, { logger: false })
    await app.listen(0, '127.0.0.1')
    await expect(app.close()).rejects.toBe(refusal)
    expect(calls.slice(-3)).toEqual([
      'Leaf onModuleDestroy',
      'Leaf beforeApplicationShutdown',
      'Leaf onApplicationShutdown',
    ])
    expect(app.getHttpServer().listening).toBe(false)
  })

  it('of a context close what has been started, since nobody else could', async () => {
    @Module({})
    class Opened extends Tracked {}
    @Module({ imports: [Opened] })
    class Root {
      onModuleInit() {
        throw new Error('cannot start')
      }
      onModuleDestroy() {
        throw new Error('not told instead of the first one')
      }
    }
    await expect(createContext(Root, { logger: false })).rejects.toThrow('cannot start')
    expect(calls).toEqual([
      'Opened onModuleInit',
      'Opened onModuleDestroy',
      'Opened beforeApplicationShutdown',
      'Opened onApplicationShutdown',
    ])
  })

  it('of a stop are all logged, each once', async () => {
    const error = jest.fn()
    class Failing {
      onModuleDestroy() {
        throw new Error('one')
      }
      beforeApplicationShutdown() {
        return Promise.reject(new Error('two'))
      }
      onApplicationShutdown() {
        throw 'three' // oxlint-disable-line no-throw-literal
      }
    }
    @Module({ providers: [Failing] })
    class Root extends Tracked {}
    const app = await createContext(Root, { logger: { log() {}, warn() {}, error } })
    await expect(app.close()).rejects.toThrow('one')
    await expect(app.close()).rejects.toThrow('one')
    expect(error.mock.calls.map(([told]) => (told instanceof Error ? told.message : told))).toEqual([
      'one',
      'two',
      'three',
    ])
    expect(called('onApplicationShutdown')).toEqual(['Root'])
  })

  it('do not keep an application from stopping that was never started', async () => {
    @Module({})
    class Root extends Tracked {}
    const app = await createApp(Root, { logger: false })
    await app.close('SIGTERM')
    expect(calls).toEqual(HOOKS.slice(2).map((hook) => `Root ${hook}`))
  })
})
