import { createContext, forwardRef, Inject, Injectable, Module, Scope, type ModuleMetadata } from 'corbel'

const context = (root: ModuleMetadata) => {
  @Module(root)
  class RootModule {}
  return createContext(RootModule, { logger: false })
}

describe('forwardRef between providers', () => {
  it('gives both sides the one instance of the other', async () => {
    @Injectable()
    class A {
      readonly name = 'a'
      constructor(@Inject(forwardRef(() => B)) readonly b: any) {}
    }
    @Injectable()
    class B {
      readonly name = 'b'
      constructor(@Inject(forwardRef(() => A)) readonly a: A) {}
    }
    const app = await context({ providers: [A, B] })
    const a = app.get(A)
    const b = app.get(B)
    expect(a.b).toBe(b)
    expect(b.a).toBe(a)
    expect(a.b.a === a).toBe(true)
    expect(a).toBeInstanceOf(A)
    expect([a.name, a.b.name]).toEqual(['a', 'b'])
  })

  it('needs to stand on one side only, where the other is declared later', async () => {
    @Injectable()
    class Child {
      constructor(@Inject(forwardRef(() => Parent)) readonly parent: any) {}
    }
    @Injectable()
    class Parent {
      constructor(readonly child: Child) {}
    }
    const app = await context({ providers: [Child, Parent] })
    expect(app.get(Parent).child.parent).toBe(app.get(Parent))
  })

  it('works over three classes, over properties, and across modules', async () => {
    @Injectable()
    class A {
      constructor(@Inject(forwardRef(() => B)) readonly b: any) {}
    }
    @Injectable()
    class B {
      @Inject(forwardRef(() => C)) readonly c!: any
    }
    @Injectable()
    class C {
      constructor(@Inject(forwardRef(() => A)) readonly a: A) {}
    }
    @Module({ imports: [forwardRef(() => Right)], providers: [A, B], exports: [A] })
    class Left {}
    @Module({ imports: [forwardRef(() => Left)], providers: [C], exports: [C] })
    class Right {}
    const app = await context({ imports: [Left] })
    const a = app.get(A)
    expect(a.b.c.a).toBe(a)
    expect(app.get(C).a).toBe(a)
  })

  it('works with an asynchronous dependency inside the circle', async () => {
    @Injectable()
    class A {
      constructor(
        @Inject(forwardRef(() => B)) readonly b: any,
        @Inject('LATER') readonly later: string,
      ) {}
    }
    @Injectable()
    class B {
      constructor(
        @Inject('LATER') readonly later: string,
        @Inject(forwardRef(() => A)) readonly a: A,
      ) {}
    }
    const later = { provide: 'LATER', useFactory: async () => 'later' }
    for (const providers of [
      [A, B, later],
      [later, B, A],
      [B, later, A],
    ]) {
      const app = await context({ providers })
      expect(app.get(A).b.a).toBe(app.get(A))
      expect(app.get(B).a.b).toBe(app.get(B))
      expect([app.get(A).later, app.get(B).later]).toEqual(['later', 'later'])
    }
  })

  it('works for a class that depends on itself', async () => {
    @Injectable()
    class Node {
      constructor(@Inject(forwardRef(() => Node)) readonly self: any) {}
    }
    const app = await context({ providers: [Node] })
    expect(app.get(Node).self).toBe(app.get(Node))
  })

  it('works with tokens and aliases', async () => {
    @Injectable()
    class A {
      constructor(@Inject(forwardRef(() => 'B')) readonly b: any) {}
    }
    @Injectable()
    class B {
      constructor(@Inject('A') readonly a: A) {}
    }
    const app = await context({
      providers: [A, { provide: 'A', useExisting: A }, { provide: 'B', useClass: B }],
    })
    expect(app.get(A).b.a).toBe(app.get(A))
  })

  it.each([
    ['request-scoped', Scope.REQUEST],
    ['transient', Scope.TRANSIENT],
  ])('works between %s providers', async (_name, scope) => {
    @Injectable({ scope })
    class A {
      constructor(@Inject(forwardRef(() => B)) readonly b: any) {}
    }
    @Injectable({ scope })
    class B {
      constructor(@Inject(forwardRef(() => A)) readonly a: A) {}
    }
    const app = await context({ providers: [A, B] })
    const a = await app.resolve(A)
    expect(a.b).toBeInstanceOf(B)
    expect(a.b.a).toBe(a)
    expect(await app.resolve(A)).not.toBe(a)
  })

  it('works between a singleton and a transient one', async () => {
    @Injectable()
    class Single {
      constructor(@Inject(forwardRef(() => Fresh)) readonly fresh: any) {}
    }
    @Injectable({ scope: Scope.TRANSIENT })
    class Fresh {
      constructor(@Inject(forwardRef(() => Single)) readonly single: Single) {}
    }
    const app = await context({ providers: [Single, Fresh] })
    expect(app.get(Single).fresh.single).toBe(app.get(Single))
  })

  it('refuses a factory in the circle, since there is no object before it has run', async () => {
    @Injectable()
    class A {
      constructor(@Inject(forwardRef(() => 'MADE')) readonly made: unknown) {}
    }
    const made = { provide: 'MADE', useFactory: (a: A) => ({ a }), inject: [forwardRef(() => A)] }
    await expect(context({ providers: [A, made] })).rejects.toThrow(/CORBEL_FACTORY_CYCLE/)
  })
})
