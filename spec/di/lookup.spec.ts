import { createContext, Injectable, Module, ModuleRef, Scope } from 'corbel'

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
