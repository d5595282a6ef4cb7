import {
  ContextIdFactory,
  createContext,
  forwardRef,
  Inject,
  Injectable,
  INQUIRER,
  Module,
  REQUEST,
  Scope,
  type ModuleMetadata,
  type Provider,
} from 'corbel'

const context = (root: ModuleMetadata) => {
  @Module(root)
  class RootModule {}
  return createContext(RootModule, { logger: false })
}

const SCOPES = [
  ['singleton', Scope.DEFAULT],
  ['request', Scope.REQUEST],
  ['transient', Scope.TRANSIENT],
] as const

describe.each(SCOPES)('a factory of %s scope', (_name, scope) => {
  it('gets undefined for what is optional and missing, and null where that was made', async () => {
    const app = await context({
      providers: [
        { provide: 'NULL', scope, useFactory: () => null },
        {
          provide: 'MADE',
          scope,
          useFactory: (...args: unknown[]) => args,
          inject: [
            { token: 'ABSENT', optional: true },
            { token: 'NULL', optional: true },
            { token: 'NULL', optional: false },
            { token: forwardRef(() => 'NULL'), optional: true },
            forwardRef(() => 'NULL'),
          ],
        },
      ],
    })
    expect(await app.resolve('MADE')).toEqual([undefined, null, null, null, null])
  })

  it('fails at boot if something optional is there, but lacks something itself', async () => {
    const failing = context({
      providers: [
        { provide: 'MADE', scope, useFactory: () => 1, inject: [{ token: 'BROKEN', optional: true }] },
        { provide: 'BROKEN', scope, useFactory: () => 1, inject: ['ABSENT'] },
      ],
    })
    await expect(failing).rejects.toThrow(
      /"BROKEN"\(\?\): "BROKEN" in RootModule needs "ABSENT" \(inject\[0\]\)/,
    )
  })

  it('may be asynchronous, and take what is', async () => {
    const app = await context({
      providers: [
        { provide: 'FIRST', scope, useFactory: async () => 1 },
        { provide: 'SECOND', scope, useFactory: async (first: number) => first + 1, inject: ['FIRST'] },
        { provide: 'THIRD', scope, useFactory: (second: number) => second + 1, inject: ['SECOND'] },
      ],
    })
    expect(await app.resolve('THIRD')).toBe(3)
  })
})

describe('a request-scoped factory', () => {
  it.each([[undefined], [null], [0], ['']])('that makes %p is called once in a tree', async (value) => {
    for (const useFactory of [jest.fn(() => value), jest.fn(async () => value)]) {
      const app = await context({
        providers: [
          { provide: 'VALUE', scope: Scope.REQUEST, useFactory },
          { provide: 'TWICE', useFactory: (...all: unknown[]) => all, inject: ['VALUE', 'VALUE'] },
        ],
      })
      const id = ContextIdFactory.create()
      expect(await app.resolve('TWICE', id)).toEqual([value, value])
      expect(await app.resolve('VALUE', id)).toBe(value)
      expect(useFactory).toHaveBeenCalledTimes(1)
    }
  })

  it('that has failed is called again, since a tree may live long', async () => {
    const useFactory = jest
      .fn<() => Promise<string>>()
      .mockRejectedValueOnce(new Error('not yet'))
      .mockResolvedValue('now')
    const app = await context({ providers: [{ provide: 'VALUE', scope: Scope.REQUEST, useFactory }] })
    const id = ContextIdFactory.create()
    await expect(app.resolve('VALUE', id)).rejects.toThrow('not yet')
    expect(await app.resolve('VALUE', id)).toBe('now')
    expect(await app.resolve('VALUE', id)).toBe('now')
    expect(useFactory).toHaveBeenCalledTimes(2)
  })

  it('gets the request, and whom it is made for', async () => {
    @Injectable()
    class Reader {
      constructor(@Inject('SEEN') readonly seen: unknown[]) {}
    }
    const seen: Provider = {
      provide: 'SEEN',
      useFactory: (request: object, inquirer: object) => [request, inquirer.constructor],
      inject: [REQUEST, INQUIRER],
    }
    const app = await context({ providers: [Reader, seen] })
    const id = ContextIdFactory.create()
    app.registerRequestByContextId({ of: 'request' }, id)
    expect((await app.resolve(Reader, id)).seen).toEqual([{ of: 'request' }, Reader])
  })
})

describe.each(SCOPES)('a factory of %s scope that makes something like a promise', (_name, scope) => {
  it('is awaited, with one question', async () => {
    const then = jest.fn((resolve: (rows: string[]) => void, _reject: (reason: unknown) => void) => {
      resolve(['row'])
    })
    @Module({ providers: [{ provide: 'ROWS', useFactory: () => ({ then }), scope }] })
    class App {}
    const app = await createContext(App, { logger: false })
    expect(await app.resolve('ROWS')).toEqual(['row'])
    expect(then.mock.calls).toEqual([[expect.any(Function), expect.any(Function)]])
  })
})

describe('provider forms', () => {
  it('that are undefined are as if they were not there', async () => {
    const app = await context({
      providers: [
        { provide: 'A', useValue: 1, useClass: undefined, useFactory: undefined } as never,
        { provide: 'B', useFactory: () => 2, useValue: undefined, useExisting: undefined } as never,
        { provide: 'C', useExisting: 'A', useClass: undefined } as never,
        { provide: 'D', useValue: undefined },
      ],
    })
    expect(['A', 'B', 'C', 'D'].map((token) => app.get(token))).toEqual([1, 2, 1, undefined])
  })

  it('that are all undefined are an error', async () => {
    await expect(context({ providers: [{ provide: 'A', useClass: undefined } as never] })).rejects.toThrow(
      /providers\[0\] of RootModule is the provider of "A": "useClass" is undefined/,
    )
  })

  it('give classes as values without building them', async () => {
    class Model {}
    const app = await context({
      providers: [
        { provide: 'VALUE', useValue: Model },
        { provide: 'MADE', useFactory: () => Model },
        { provide: 'LATER', useFactory: async () => Model },
      ],
    })
    expect(['VALUE', 'MADE', 'LATER'].map((token) => app.get(token))).toEqual([Model, Model, Model])
  })
})
