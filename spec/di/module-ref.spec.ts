import {
  ContextIdFactory,
  createContext,
  Inject,
  Injectable,
  Module,
  ModuleRef,
  REQUEST,
  Scope,
} from 'corbel'

@Injectable()
class Own {}
@Injectable()
class Elsewhere {}
@Injectable({ scope: Scope.REQUEST })
class Scoped {
  constructor(@Inject(REQUEST) readonly request: unknown) {}
}
@Injectable({ scope: Scope.TRANSIENT })
class Fresh {}
@Injectable()
class OnScoped {
  constructor(readonly scoped: Scoped) {}
}
@Module({ providers: [Elsewhere], exports: [Elsewhere] })
class OtherModule {}
@Module({
  imports: [OtherModule],
  providers: [Own, Scoped, Fresh, OnScoped, { provide: 'ALIAS', useExisting: Fresh }],
})
class FeatureModule {
  constructor(readonly ref: ModuleRef) {}
}
@Module({ imports: [FeatureModule] })
class AppModule {}

const start = async () => {
  const app = await createContext(AppModule, { logger: false })
  return { app, ref: app.get(FeatureModule).ref }
}

describe('ModuleRef.get', () => {
  it('finds the providers of its own module only, unless strict is false', async () => {
    const { ref, app } = await start()
    expect(ref.get(Own)).toBe(app.get(Own))
    expect(() => ref.get(Elsewhere)).toThrow(/Elsewhere is not provided in FeatureModule/)
    expect(ref.get(Elsewhere, { strict: false })).toBe(app.get(Elsewhere))
    expect(() => ref.get('NOWHERE', { strict: false })).toThrow(/"NOWHERE" is not provided/)
  })

  it('refuses what has no single instance, and says what to do', async () => {
    const { ref } = await start()
    for (const token of [Scoped, Fresh, OnScoped, 'ALIAS']) {
      expect(() => ref.get(token)).toThrow(/Use resolve\(\) instead of get\(\)/)
    }
  })
})

describe('ModuleRef.resolve', () => {
  it('makes a new tree each time, or uses the one of a context id', async () => {
    const { ref } = await start()
    expect(await ref.resolve(Scoped)).not.toBe(await ref.resolve(Scoped))
    const id = ContextIdFactory.create()
    const [one, two] = await Promise.all([ref.resolve(Scoped, id), ref.resolve(Scoped, id)])
    expect(one).toBe(two)
    expect((await ref.resolve(OnScoped, id)).scoped).toBe(one)
  })

  it('takes any object for a context id', async () => {
    const { ref } = await start()
    const id = { id: 1 }
    expect(await ref.resolve(Scoped, id)).toBe(await ref.resolve(Scoped, id))
    expect(await ref.resolve(Scoped, id)).not.toBe(await ref.resolve(Scoped, { id: 1 }))
  })

  it('gives transient providers per context id, also by an alias', async () => {
    const { ref } = await start()
    expect(await ref.resolve(Fresh)).not.toBe(await ref.resolve(Fresh))
    const id = ContextIdFactory.create()
    expect(await ref.resolve(Fresh, id)).toBe(await ref.resolve(Fresh, id))
    expect(await ref.resolve('ALIAS', id)).toBe(await ref.resolve(Fresh, id))
  })

  it('gives singletons as they are', async () => {
    const { ref, app } = await start()
    expect(await ref.resolve(Own)).toBe(app.get(Own))
  })

  it('is strict by default', async () => {
    const { ref, app } = await start()
    await expect(ref.resolve(Elsewhere)).rejects.toThrow(/not provided in FeatureModule/)
    expect(await ref.resolve(Elsewhere, undefined, { strict: false })).toBe(app.get(Elsewhere))
  })

  it('injects the request registered for its context id', async () => {
    const { ref } = await start()
    const id = ContextIdFactory.create()
    ref.registerRequestByContextId({ tenant: 1 }, id)
    expect((await ref.resolve(Scoped, id)).request).toEqual({ tenant: 1 })
  })
})

describe('ModuleRef.create', () => {
  it('builds a class that no module lists, each time anew', async () => {
    @Injectable()
    class Unlisted {
      constructor(
        readonly own: Own,
        readonly elsewhere: Elsewhere,
        readonly fresh: Fresh,
      ) {}
    }
    const { ref, app } = await start()
    const made = await ref.create(Unlisted)
    expect(made.own).toBe(app.get(Own))
    expect(made.elsewhere).toBe(app.get(Elsewhere))
    expect(made.fresh).toBeInstanceOf(Fresh)
    expect(await ref.create(Unlisted)).not.toBe(made)
  })

  it('shares the tree of a context id', async () => {
    @Injectable()
    class Unlisted {
      constructor(
        readonly scoped: Scoped,
        readonly below: OnScoped,
      ) {}
    }
    const { ref } = await start()
    const id = ContextIdFactory.create()
    const made = await ref.create(Unlisted, id)
    expect(made.scoped).toBe(await ref.resolve(Scoped, id))
    expect(made.below.scoped).toBe(made.scoped)
  })

  it('names what is missing', async () => {
    class Nobody {}
    @Injectable()
    class Unlisted {
      constructor(readonly nobody: Nobody) {}
    }
    const { ref } = await start()
    await expect(ref.create(Unlisted)).rejects.toThrow(
      /Unlisted\(\?\): Unlisted in FeatureModule needs Nobody/,
    )
  })
})

describe('ModuleRef.introspect', () => {
  it('tells the scope', async () => {
    const { ref } = await start()
    expect(ref.introspect(Own)).toEqual({ scope: Scope.DEFAULT })
    expect(ref.introspect(Scoped)).toEqual({ scope: Scope.REQUEST })
    expect(ref.introspect(Fresh)).toEqual({ scope: Scope.TRANSIENT })
  })
})

describe('ModuleRef injection', () => {
  it('gives each module its own', async () => {
    @Injectable()
    class A {
      constructor(readonly ref: ModuleRef) {}
    }
    @Injectable()
    class B {
      constructor(readonly ref: ModuleRef) {}
    }
    @Module({ providers: [A] })
    class ModuleA {}
    @Module({ providers: [B], imports: [ModuleA] })
    class ModuleB {}
    const app = await createContext(ModuleB, { logger: false })
    expect(app.get(A).ref).not.toBe(app.get(B).ref)
    expect(app.get(A).ref.get(A)).toBe(app.get(A))
    expect(() => app.get(B).ref.get(A)).toThrow()
  })
})
