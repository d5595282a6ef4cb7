import {
  createContext,
  forwardRef,
  Global,
  Inject,
  Injectable,
  Module,
  ModuleRef,
  type DynamicModule,
  type ModuleMetadata,
} from 'corbel'

const context = (root: ModuleMetadata) => {
  @Module(root)
  class RootModule {}
  return createContext(RootModule, { logger: false })
}

@Injectable()
class Shared {
  readonly id = Symbol('shared')
}
@Injectable()
class Consumer {
  constructor(readonly shared: Shared) {}
}

describe('module visibility', () => {
  it('gives importing modules what a module exports, as one instance', async () => {
    @Module({ providers: [Shared], exports: [Shared] })
    class SharedModule {}
    @Module({ imports: [SharedModule], providers: [Consumer] })
    class A {}
    @Module({ imports: [SharedModule], providers: [Consumer] })
    class B {}
    const app = await context({ imports: [A, B, SharedModule] })
    const inA = app.select(A).get(Consumer, { strict: true })
    const inB = app.select(B).get(Consumer, { strict: true })
    expect(inA).not.toBe(inB)
    expect(inA.shared).toBe(inB.shared)
  })

  it('prefers the own provider to an imported one', async () => {
    @Module({ providers: [{ provide: 'X', useValue: 'imported' }], exports: ['X'] })
    class Other {}
    const app = await context({
      imports: [Other],
      providers: [
        { provide: 'X', useValue: 'own' },
        { provide: 'COPY', useFactory: (x: string) => x, inject: ['X'] },
      ],
    })
    expect(app.get('COPY')).toBe('own')
  })

  it('re-exports imported modules, over several steps', async () => {
    @Module({ providers: [Shared], exports: [Shared] })
    class Deep {}
    @Module({ imports: [Deep], exports: [Deep] })
    class Middle {}
    @Module({ imports: [Middle], exports: [Middle] })
    class Outer {}
    const app = await context({ imports: [Outer], providers: [Consumer] })
    expect(app.get(Consumer).shared).toBe(app.get(Shared))
  })

  it('does not pass on what an imported module exports unless it is re-exported', async () => {
    @Module({ providers: [Shared], exports: [Shared] })
    class Deep {}
    @Module({ imports: [Deep] })
    class Middle {}
    await expect(context({ imports: [Middle], providers: [Consumer] })).rejects.toThrow(
      /Consumer in RootModule needs Shared .* Deep exports it: add Deep to the imports of RootModule/,
    )
  })

  it('exports providers given as objects, by their token', async () => {
    const provider = { provide: 'VALUE', useValue: 3 }
    @Module({ providers: [provider], exports: [provider] })
    class Other {}
    const app = await context({
      imports: [Other],
      providers: [{ provide: 'COPY', useFactory: (value: number) => value, inject: ['VALUE'] }],
    })
    expect(app.get('COPY')).toBe(3)
  })

  it('@Global() makes exports visible everywhere, but nothing else', async () => {
    @Global()
    @Module({ providers: [Shared, { provide: 'PRIVATE', useValue: 1 }], exports: [Shared] })
    class GlobalModule {}
    @Module({ providers: [Consumer], exports: [Consumer] })
    class Feature {}
    const app = await context({ imports: [Feature, GlobalModule] })
    expect(app.get(Consumer).shared).toBe(app.get(Shared))

    @Module({ providers: [{ provide: 'COPY', useFactory: (x: unknown) => x, inject: ['PRIVATE'] }] })
    class Nosy {}
    await expect(context({ imports: [GlobalModule, Nosy] })).rejects.toThrow(
      /GlobalModule provides but does not export/,
    )
  })

  it('injects the dependencies of a module class, its own providers among them', async () => {
    @Module({ providers: [Shared] })
    class Feature {
      constructor(
        readonly shared: Shared,
        readonly ref: ModuleRef,
      ) {}
    }
    const app = await context({ imports: [Feature] })
    const feature = app.get(Feature)
    expect(feature.shared).toBe(app.get(Shared))
    expect(feature.ref.get(Shared)).toBe(feature.shared)
  })

  it('gives a module class to the providers of its module', async () => {
    @Injectable()
    class Reader {
      constructor(@Inject(forwardRef(() => Feature)) readonly module: { name: string }) {}
    }
    @Module({ providers: [Reader] })
    class Feature {
      readonly name = 'feature'
    }
    const app = await context({ imports: [Feature] })
    expect(app.get(Reader).module.name).toBe('feature')
  })

  it('allows modules that import each other by forwardRef', async () => {
    @Injectable()
    class First {}
    @Injectable()
    class Second {
      constructor(readonly first: First) {}
    }
    @Module({ imports: [forwardRef(() => ModuleB)], providers: [First], exports: [First] })
    class ModuleA {}
    @Module({ imports: [forwardRef(() => ModuleA)], providers: [Second], exports: [Second] })
    class ModuleB {}
    const app = await context({ imports: [ModuleA] })
    expect(app.get(Second).first).toBe(app.get(First))
  })

  it('allows modules that re-export each other', async () => {
    @Module({
      imports: [forwardRef(() => ModuleB)],
      providers: [{ provide: 'A', useValue: 'a' }],
      exports: ['A', forwardRef(() => ModuleB)],
    })
    class ModuleA {}
    @Module({
      imports: [forwardRef(() => ModuleA)],
      providers: [{ provide: 'B', useValue: 'b' }],
      exports: ['B', forwardRef(() => ModuleA)],
    })
    class ModuleB {}
    const app = await context({
      imports: [ModuleB],
      providers: [{ provide: 'BOTH', useFactory: (a: string, b: string) => a + b, inject: ['A', 'B'] }],
    })
    expect(app.get('BOTH')).toBe('ab')
  })
})

describe('dynamic modules', () => {
  @Module({ providers: [{ provide: 'STATIC', useValue: 'static' }], exports: ['STATIC'] })
  class ConfigModule {
    static register(value: string): DynamicModule {
      return {
        module: ConfigModule,
        providers: [{ provide: 'CONFIG', useValue: value }],
        exports: ['CONFIG'],
      }
    }
    static async registerLater(value: string): Promise<DynamicModule> {
      await Promise.resolve()
      return ConfigModule.register(value)
    }
  }
  const reader = (token: string) => ({
    provide: `READ ${token}`,
    useFactory: (x: string) => x,
    inject: [token],
  })

  it('add their lists to those of the class', async () => {
    const app = await context({
      imports: [ConfigModule.register('dynamic')],
      providers: [reader('CONFIG'), reader('STATIC')],
    })
    expect([app.get('READ CONFIG'), app.get('READ STATIC')]).toEqual(['dynamic', 'static'])
  })

  it('may be promised', async () => {
    const app = await context({
      imports: [ConfigModule.registerLater('later')],
      providers: [reader('CONFIG')],
    })
    expect(app.get('READ CONFIG')).toBe('later')
  })

  it('are different modules if their metadata differ, although the class is the same', async () => {
    @Module({ imports: [ConfigModule.register('a')], providers: [reader('CONFIG')] })
    class A {}
    @Module({ imports: [ConfigModule.register('b')], providers: [reader('CONFIG')] })
    class B {}
    const app = await context({ imports: [A, B] })
    expect(app.select(A).get('READ CONFIG', { strict: true })).toBe('a')
    expect(app.select(B).get('READ CONFIG', { strict: true })).toBe('b')
  })

  it('are one module if they are one object, also when it is promised', async () => {
    const made = jest.fn(() => ({}))
    const one: DynamicModule = {
      module: class Once {},
      providers: [{ provide: 'MADE', useFactory: made }],
      exports: ['MADE'],
    }
    const promised = Promise.resolve(one)
    @Module({ imports: [one], providers: [reader('MADE')] })
    class A {}
    @Module({ imports: [promised], providers: [reader('MADE')] })
    class B {}
    await context({ imports: [A, B, one, promised] })
    expect(made).toHaveBeenCalledTimes(1)
  })

  it('are the plain module of the class if they add nothing', async () => {
    const made = jest.fn(() => ({}))
    @Module({ providers: [{ provide: 'MADE', useFactory: made }] })
    class Plain {}
    await context({ imports: [Plain, { module: Plain }] })
    expect(made).toHaveBeenCalledTimes(1)
  })

  it('need no @Module() on their class', async () => {
    class Bare {}
    const dynamic = { module: Bare, providers: [{ provide: 'X', useValue: 1 }], exports: ['X'] }
    const app = await context({ imports: [dynamic], providers: [reader('X')] })
    expect(app.get('READ X')).toBe(1)
  })

  it('may be global', async () => {
    @Module({ providers: [reader('CONFIG')] })
    class Feature {}
    const app = await context({
      imports: [{ ...ConfigModule.register('everywhere'), global: true }, Feature],
    })
    expect(app.get('READ CONFIG')).toBe('everywhere')
  })

  it('may be nested and re-exported as object, as promise and as class', async () => {
    const object = ConfigModule.register('x')
    const asObject: DynamicModule = { module: class AsObject {}, imports: [object], exports: [object] }
    const promise = ConfigModule.registerLater('y')
    const asPromise: DynamicModule = { module: class AsPromise {}, imports: [promise], exports: [promise] }
    const asClass: DynamicModule = {
      module: class AsClass {},
      imports: [ConfigModule.register('z')],
      exports: [ConfigModule],
    }
    for (const [nested, expected] of [
      [asObject, 'x'],
      [asPromise, 'y'],
      [asClass, 'z'],
    ] as const) {
      const app = await context({ imports: [nested], providers: [reader('CONFIG')] })
      expect(app.get('READ CONFIG')).toBe(expected)
    }
  })

  it('are all re-exported by their class, where several of it are imported', async () => {
    class Entities {
      static forFeature(name: string): DynamicModule {
        return { module: Entities, providers: [{ provide: name, useValue: name }], exports: [name] }
      }
    }
    @Module({ imports: [Entities.forFeature('Cat'), Entities.forFeature('Dog')], exports: [Entities] })
    class Store {}
    const app = await context({ imports: [Store], providers: [reader('Cat'), reader('Dog')] })
    expect([app.get('READ Cat'), app.get('READ Dog')]).toEqual(['Cat', 'Dog'])
  })

  it('may import their importer by forwardRef', async () => {
    @Module({ providers: [Shared], exports: [Shared] })
    class Core {
      static forRoot(): DynamicModule {
        return { module: Core, imports: [forwardRef(() => Plugin)] }
      }
    }
    @Module({ imports: [forwardRef(() => Core)], providers: [Consumer] })
    class Plugin {}
    const app = await context({ imports: [Core.forRoot()] })
    expect(app.get(Consumer).shared).toBeInstanceOf(Shared)
  })

  it('may be the root', async () => {
    const app = await createContext(ConfigModule.register('root'), { logger: false })
    expect(app.get('CONFIG')).toBe('root')
    const later = await createContext(ConfigModule.registerLater('later'), { logger: false })
    expect(later.get('CONFIG')).toBe('later')
  })

  it('can be selected by class or by object', async () => {
    const dynamic = ConfigModule.register('selected')
    const app = await context({ imports: [dynamic, ConfigModule.register('other')] })
    expect(app.select(dynamic).get('CONFIG', { strict: true })).toBe('selected')
    expect(app.select(ConfigModule).get('CONFIG', { strict: true })).toBe('selected')
  })
})
