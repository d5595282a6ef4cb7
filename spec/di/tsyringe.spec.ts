import { container, injectable, singleton } from 'tsyringe'
import { createContext, Injectable, Module, Scope } from 'corbel'

/** The traps of tsyringe 4.10 that DESIGN.md names under "DI on tsyringe". */
describe('the container over tsyringe', () => {
  it('never keeps the request-scoped dependencies of whoever came first for the others', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Tenant {}
    @Injectable()
    class Service {
      constructor(readonly tenant: Tenant) {}
    }
    @Module({ providers: [Tenant, Service] })
    class AppModule {}
    const app = await createContext(AppModule, { logger: false })
    const first = await app.resolve(Service)
    const second = await app.resolve(Service)
    expect(first.tenant).not.toBe(second.tenant)
  })

  it('does not build a class that nobody provides, although tsyringe would', async () => {
    @injectable()
    @singleton()
    class Known {}
    expect(container.resolve(Known)).toBeInstanceOf(Known)
    @Injectable()
    class Service {
      constructor(readonly known: Known) {}
    }
    @Module({ providers: [Service] })
    class AppModule {}
    await expect(createContext(AppModule, { logger: false })).rejects.toThrow(
      /Service in AppModule needs Known/,
    )
  })

  it('awaits asynchronous factories, although tsyringe is synchronous', async () => {
    @Module({ providers: [{ provide: 'LATER', useFactory: async () => 'value' }] })
    class AppModule {}
    const app = await createContext(AppModule, { logger: false })
    expect(app.get('LATER')).toBe('value')
  })

  it('registers nothing by importing or declaring a class, and nothing outside its application', async () => {
    @Injectable()
    class Service {}
    @Module({ providers: [Service] })
    class AppModule {}
    const [one, two] = await Promise.all([
      createContext(AppModule, { logger: false }),
      createContext(AppModule, { logger: false }),
    ])
    expect(one.get(Service)).not.toBe(two.get(Service))
    expect(container.isRegistered(Service)).toBe(false)
  })

  it('lets two modules provide one class twice', async () => {
    @Injectable()
    class Service {}
    @Module({ providers: [Service] })
    class A {}
    @Module({ providers: [Service] })
    class B {}
    @Module({ imports: [A, B] })
    class AppModule {}
    const app = await createContext(AppModule, { logger: false })
    const inA = app.select(A).get(Service, { strict: true })
    expect(inA).not.toBe(app.select(B).get(Service, { strict: true }))
  })
})
