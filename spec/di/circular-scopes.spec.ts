import {
  ContextIdFactory,
  Controller,
  createContext,
  forwardRef,
  Get,
  Inject,
  Injectable,
  Module,
  Scope,
  type Class,
  type ModuleMetadata,
} from 'corbel'
import { serve } from '../web/serve.js'

const context = (root: ModuleMetadata) => {
  @Module(root)
  class RootModule {}
  return createContext(RootModule, { logger: false })
}

interface Left {
  readonly right: Right
  readonly later?: object
}
interface Right {
  readonly left: Left
  readonly later?: object
}

/** Two classes that need each other by their constructors. */
function constructorPair(left: Scope, right: Scope): [Class<Left>, Class<Right>] {
  @Injectable({ scope: left })
  class A {
    constructor(@Inject(forwardRef(() => B)) readonly right: any) {}
  }
  @Injectable({ scope: right })
  class B {
    constructor(@Inject(forwardRef(() => A)) readonly left: any) {}
  }
  return [A, B]
}

/** Two classes that need each other by properties. */
function propertyPair(left: Scope, right: Scope): [Class<Left>, Class<Right>] {
  @Injectable({ scope: left })
  class A {
    @Inject(forwardRef(() => B)) readonly right!: any
  }
  @Injectable({ scope: right })
  class B {
    @Inject(forwardRef(() => A)) readonly left!: any
  }
  return [A, B]
}

const PAIRS = [
  ['constructors', constructorPair],
  ['properties', propertyPair],
] as const

describe.each(PAIRS)('a circle by %s', (_name, pair) => {
  it('of singletons is closed from both sides', async () => {
    const [A, B] = pair(Scope.DEFAULT, Scope.DEFAULT)
    const app = await context({ providers: [A, B] })
    expect(app.get(A).right).toBe(app.get(B))
    expect(app.get(B).left).toBe(app.get(A))
  })

  it('of request-scoped classes is closed once in each tree', async () => {
    const [A, B] = pair(Scope.REQUEST, Scope.REQUEST)
    const app = await context({ providers: [A, B] })
    const id = ContextIdFactory.create()
    const [a, b] = await Promise.all([app.resolve(A, id), app.resolve(B, id)])
    expect(a.right).toBe(b)
    expect(b.left).toBe(a)
    expect((await app.resolve(B)).left).not.toBe(a)
  })

  it.each([
    [Scope.REQUEST, Scope.DEFAULT],
    [Scope.DEFAULT, Scope.REQUEST],
  ])('of which one is request-scoped (%s, %s) makes both so', async (left, right) => {
    const [A, B] = pair(left, right)
    const app = await context({ providers: [A, B] })
    expect(() => app.get(A)).toThrow(/resolve\(\)/)
    expect(() => app.get(B)).toThrow(/resolve\(\)/)
    const id = ContextIdFactory.create()
    const [a, b] = [await app.resolve(A, id), await app.resolve(B, id)]
    expect(a.right).toBe(b)
    expect(b.left).toBe(a)
  })

  it.each([[Scope.DEFAULT], [Scope.REQUEST]])(
    'of transient classes is closed anew for each injection into scope %s',
    async (scope) => {
      const [A, B] = pair(Scope.TRANSIENT, Scope.TRANSIENT)
      @Injectable({ scope })
      class Owner {
        @Inject(A) readonly a!: Left
        @Inject(A) readonly other!: Left
        @Inject(B) readonly b!: Right
      }
      const app = await context({ providers: [A, B, Owner] })
      const { a, other, b } = await app.resolve(Owner)
      expect(a.right.left).toBe(a)
      expect(b.left.right).toBe(b)
      expect(new Set([a, other, b.left]).size).toBe(3)
      expect(new Set([b, a.right, other.right]).size).toBe(3)
    },
  )
})

describe('a circle', () => {
  it('over modules that import each other is closed once in each request', async () => {
    let made = 0
    @Injectable({ scope: Scope.REQUEST })
    class A {
      readonly number = ++made
      constructor(@Inject(forwardRef(() => B)) readonly right: any) {}
    }
    @Injectable({ scope: Scope.REQUEST })
    class B {
      constructor(@Inject(forwardRef(() => A)) readonly left: any) {}
    }
    @Module({ imports: [forwardRef(() => Second)], providers: [A], exports: [A] })
    class First {}
    @Module({ imports: [forwardRef(() => First)], providers: [B], exports: [B] })
    class Second {}
    @Controller()
    class Root {
      constructor(
        readonly a: A,
        readonly b: B,
      ) {}
      @Get() read() {
        return { closed: this.a.right === this.b && this.b.left === this.a, number: this.a.number }
      }
    }
    @Module({ imports: [First, Second], controllers: [Root] })
    class AppModule {}
    const { json } = await serve(AppModule)
    expect(await json('/')).toEqual({ closed: true, number: 1 })
    expect(await json('/')).toEqual({ closed: true, number: 2 })
  })

  it('is closed where an asynchronous factory of the request is waited for on the way', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class A {
      constructor(
        @Inject(forwardRef(() => B)) readonly right: any,
        @Inject('LATER') readonly later: object,
      ) {}
    }
    @Injectable({ scope: Scope.REQUEST })
    class B {
      constructor(
        @Inject('LATER') readonly later: object,
        @Inject(forwardRef(() => A)) readonly left: any,
      ) {}
    }
    const later = { provide: 'LATER', scope: Scope.REQUEST, useFactory: async () => ({}) }
    const app = await context({ providers: [A, B, later] })
    const id = ContextIdFactory.create()
    const [a, b] = await Promise.all([app.resolve(A, id), app.resolve(B, id)])
    expect(a.right).toBe(b)
    expect(b.left).toBe(a)
    expect(a.later).toBe(b.later)
  })

  it('by a property without forwardRef is an error like any other', async () => {
    @Injectable()
    class Early {
      @Inject('LATE') readonly late!: unknown
    }
    @Injectable()
    class Late {
      @Inject() readonly early!: Early
    }
    await expect(context({ providers: [Early, { provide: 'LATE', useClass: Late }] })).rejects.toThrow(
      /CORBEL_DEPENDENCY_CYCLE.*(Early → "LATE" → Early|"LATE" → Early → "LATE")/,
    )
  })

  it('in the data of a provider is nobody’s business', async () => {
    const data: { self?: object } = {}
    data.self = data
    const app = await context({
      imports: [{ module: class Data {}, providers: [{ provide: 'DATA', useValue: data }] }],
    })
    expect(app.get('DATA')).toBe(data)
    expect(() => JSON.stringify(app.describe())).not.toThrow()
  })
})
