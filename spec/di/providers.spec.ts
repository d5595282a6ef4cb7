import {
  createContext,
  forwardRef,
  Inject,
  Injectable,
  InjectionToken,
  mixin,
  Module,
  Optional,
  type ModuleMetadata,
} from 'corbel'

/** A context whose root module has these lists. */
async function contextOf(metadata: ModuleMetadata) {
  @Module(metadata)
  class RootModule {}
  return createContext(RootModule, { logger: false })
}

@Injectable()
class Clock {
  now(): number {
    return 1
  }
}

describe('provider forms', () => {
  it('builds a class with its dependencies, once', async () => {
    let built = 0
    @Injectable()
    class Users {
      constructor(readonly clock: Clock) {
        built++
      }
    }
    @Injectable()
    class Posts {
      constructor(readonly users: Users) {}
    }
    const app = await contextOf({ providers: [Posts, Users, Clock] })
    expect(app.get(Users).clock).toBe(app.get(Clock))
    expect(app.get(Posts).users).toBe(app.get(Users))
    expect(built).toBe(1)
  })

  it('useClass stands a class under another token', async () => {
    @Injectable()
    class FixedClock extends Clock {
      override now(): number {
        return 42
      }
    }
    const app = await contextOf({ providers: [{ provide: Clock, useClass: FixedClock }] })
    expect(app.get(Clock).now()).toBe(42)
    expect(app.get(Clock)).toBeInstanceOf(FixedClock)
  })

  it.each([['text'], [0], [false], [null], [undefined], [['a', 'b']], [() => 1], [Symbol.for('x')]])(
    'useValue gives %p as it is',
    async (value) => {
      @Injectable()
      class Holder {
        constructor(@Inject('VALUE') readonly value: unknown) {}
      }
      const app = await contextOf({ providers: [Holder, { provide: 'VALUE', useValue: value }] })
      expect(app.get(Holder).value).toBe(value)
    },
  )

  it('useFactory gets what inject names, in order', async () => {
    const app = await contextOf({
      providers: [
        Clock,
        { provide: 'A', useValue: 'a' },
        {
          provide: 'SUM',
          useFactory: (a: string, clock: Clock) => `${a}${clock.now()}`,
          inject: ['A', Clock],
        },
      ],
    })
    expect(app.get('SUM')).toBe('a1')
  })

  it('awaits asynchronous factories before whoever needs them is built', async () => {
    const order: string[] = []
    const later = async <T>(name: string, value: T): Promise<T> => {
      await Promise.resolve()
      await new Promise(setImmediate)
      order.push(name)
      return value
    }
    @Injectable()
    class Service {
      constructor(@Inject('SECOND') readonly second: string) {
        order.push('service')
      }
    }
    const app = await contextOf({
      providers: [
        Service,
        { provide: 'SECOND', useFactory: (first: string) => later('second', `${first}2`), inject: ['FIRST'] },
        { provide: 'FIRST', useFactory: () => later('first', '1') },
      ],
    })
    expect(order).toEqual(['first', 'second', 'service'])
    expect(app.get(Service).second).toBe('12')
  })

  it('waits for asynchronous factories that do not need each other together', async () => {
    let arrived = 0
    let open = (): void => undefined
    const all = new Promise<void>((resolve) => (open = resolve))
    // goes on only when the others have begun
    const meet = async (): Promise<number> => {
      if (++arrived === 3) open()
      await all
      return arrived
    }
    @Module({ providers: [{ provide: 'FAR', useFactory: meet }], exports: ['FAR'] })
    class Far {}
    @Module({
      providers: [
        { provide: 'NEAR', useFactory: meet },
        { provide: 'ALSO', useFactory: meet },
      ],
    })
    class Near {}
    const app = await contextOf({ imports: [Far, Near] })
    expect([app.get('FAR'), app.get('NEAR'), app.get('ALSO')]).toEqual([3, 3, 3])
  })

  it('calls an asynchronous factory once, however many need it', async () => {
    const factory = jest.fn(async () => ({ made: true }))
    @Injectable()
    class A {
      constructor(@Inject('SHARED') readonly shared: object) {}
    }
    @Injectable()
    class B {
      constructor(
        readonly a: A,
        @Inject('SHARED') readonly shared: object,
      ) {}
    }
    const app = await contextOf({ providers: [B, A, { provide: 'SHARED', useFactory: factory }] })
    expect(factory).toHaveBeenCalledTimes(1)
    expect(app.get(A).shared).toBe(app.get(B).shared)
  })

  it('rejects the boot with the error of a factory', async () => {
    const failing = contextOf({
      providers: [{ provide: 'BROKEN', useFactory: () => Promise.reject(new Error('no database')) }],
    })
    await expect(failing).rejects.toThrow('no database')
  })

  it('an optional factory dependency is undefined where nothing provides it', async () => {
    const app = await contextOf({
      providers: [
        { provide: 'PRESENT', useValue: 'here' },
        {
          provide: 'RESULT',
          useFactory: (...args: unknown[]) => args,
          inject: [
            { token: 'PRESENT', optional: true },
            { token: 'ABSENT', optional: true },
            { token: Clock, optional: true },
          ],
        },
      ],
    })
    expect(app.get('RESULT')).toEqual(['here', undefined, undefined])
  })

  it('useExisting gives the same instance under a second token, also through several', async () => {
    const app = await contextOf({
      providers: [
        { provide: 'THIRD', useExisting: 'SECOND' },
        { provide: 'SECOND', useExisting: Clock },
        Clock,
        { provide: 'LIST', useFactory: (...all: unknown[]) => all, inject: ['THIRD', 'SECOND', Clock] },
      ],
    })
    const clock = app.get(Clock)
    expect(app.get('SECOND')).toBe(clock)
    expect(app.get('THIRD')).toBe(clock)
    expect(app.get<unknown[]>('LIST').every((one) => one === clock)).toBe(true)
  })

  it('lets the last provider of a token win', async () => {
    const app = await contextOf({
      providers: [
        { provide: 'X', useValue: 1 },
        { provide: 'X', useValue: 2 },
      ],
    })
    expect(app.get('X')).toBe(2)
  })

  it('gives a double that answers to everything, then among it, as it is', async () => {
    const double = new Proxy({}, { get: () => () => undefined })
    @Injectable()
    class Consumer {
      constructor(
        @Inject('DOUBLE') readonly double: object,
        @Inject('ALIAS') readonly alias: object,
      ) {}
    }
    const app = await contextOf({
      providers: [
        Consumer,
        { provide: 'ALIAS', useExisting: 'DOUBLE' },
        { provide: 'DOUBLE', useValue: double },
      ],
    })
    const consumer = app.get(Consumer)
    expect([consumer.double === double, consumer.alias === double]).toEqual([true, true])
    expect(app.get('DOUBLE') === double).toBe(true)
  })

  it('awaits a promise given as a value', async () => {
    const app = await contextOf({ providers: [{ provide: 'P', useValue: Promise.resolve('done') }] })
    expect(app.get('P')).toBe('done')
  })

  it('builds a class without a decorator if its constructor takes nothing', async () => {
    class Plain {}
    const app = await contextOf({ providers: [Plain] })
    expect(app.get(Plain)).toBeInstanceOf(Plain)
  })
})

describe('tokens', () => {
  abstract class Storage {
    abstract name(): string
  }
  @Injectable()
  class MemoryStorage extends Storage {
    name(): string {
      return 'memory'
    }
  }
  const SYMBOL = Symbol('SYMBOL')
  const TYPED = new InjectionToken<number>('TYPED')

  it('may be classes, abstract classes, strings, symbols and InjectionTokens', async () => {
    @Injectable()
    class Consumer {
      constructor(
        readonly clock: Clock,
        readonly storage: Storage,
        @Inject('text') readonly text: string,
        @Inject(SYMBOL) readonly symbol: string,
        @Inject(TYPED) readonly typed: number,
      ) {}
    }
    const app = await contextOf({
      providers: [
        Consumer,
        Clock,
        { provide: Storage, useClass: MemoryStorage },
        { provide: 'text', useValue: 'text' },
        { provide: SYMBOL, useValue: 'symbol' },
        { provide: TYPED, useValue: 7 },
      ],
    })
    const consumer = app.get(Consumer)
    expect(consumer.storage.name()).toBe('memory')
    expect([consumer.text, consumer.symbol, consumer.typed]).toEqual(['text', 'symbol', 7])
    const typed: number = app.get(TYPED)
    expect(typed).toBe(7)
  })

  it('are told apart by identity: equal descriptions are different tokens', async () => {
    const one = new InjectionToken<string>('SAME')
    const other = new InjectionToken<string>('SAME')
    const app = await contextOf({
      providers: [
        { provide: one, useValue: 'one' },
        { provide: other, useValue: 'other' },
        { provide: 'SAME', useValue: 'text' },
        { provide: Symbol.for('SAME'), useValue: 'symbol' },
      ],
    })
    expect([app.get(one), app.get(other), app.get('SAME'), app.get(Symbol.for('SAME'))]).toEqual([
      'one',
      'other',
      'text',
      'symbol',
    ])
  })

  it('@Inject overrides the declared type', async () => {
    const other = new Clock()
    @Injectable()
    class Consumer {
      constructor(@Inject('OTHER') readonly clock: Clock) {}
    }
    const app = await contextOf({ providers: [Clock, Consumer, { provide: 'OTHER', useValue: other }] })
    expect(app.get(Consumer).clock).toBe(other)
  })
})

describe('property injection', () => {
  it('injects by declared type, by token, and into derived classes', async () => {
    @Injectable()
    class Base {
      @Inject() readonly clock!: Clock
      @Inject('NAME') readonly name!: string
    }
    @Injectable()
    class Derived extends Base {
      @Inject(forwardRef(() => Clock)) readonly again!: Clock
    }
    const app = await contextOf({ providers: [Derived, Clock, { provide: 'NAME', useValue: 'corbel' }] })
    const derived = app.get(Derived)
    expect(derived.clock).toBe(app.get(Clock))
    expect(derived.again).toBe(app.get(Clock))
    expect(derived.name).toBe('corbel')
  })

  it('leaves an optional property alone where nothing provides it', async () => {
    @Injectable()
    class Service {
      @Optional() @Inject('ABSENT') readonly option: string = 'default'
    }
    const app = await contextOf({ providers: [Service] })
    expect(app.get(Service).option).toBe('default')
  })
})

describe('constructor parameters', () => {
  it('@Optional() gives undefined, so that default values apply', async () => {
    @Injectable()
    class Service {
      constructor(
        @Optional() readonly clock?: Clock,
        @Optional() @Inject('ABSENT') readonly name: string = 'default',
        @Inject('LIMIT') @Optional() readonly limit: number = 10,
      ) {}
    }
    const app = await contextOf({ providers: [Service, { provide: 'LIMIT', useValue: 5 }] })
    const service = app.get(Service)
    expect(service.clock).toBeUndefined()
    expect(service.name).toBe('default')
    expect(service.limit).toBe(5)
  })

  it('a class without a constructor uses that of the class it extends', async () => {
    @Injectable()
    class Base {
      constructor(readonly clock: Clock) {}
    }
    @Injectable()
    class Derived extends Base {}
    class Undecorated extends Base {}
    const app = await contextOf({ providers: [Derived, Undecorated, Clock] })
    expect(app.get(Derived).clock).toBe(app.get(Clock))
    expect(app.get(Undecorated).clock).toBe(app.get(Clock))
  })

  it('a class with a constructor of its own uses only that', async () => {
    @Injectable()
    class Base {
      constructor(readonly clock: Clock) {}
    }
    @Injectable()
    class Derived extends Base {
      constructor() {
        super(new Clock())
      }
    }
    const app = await contextOf({ providers: [Derived] })
    expect(app.get(Derived).clock).toBeInstanceOf(Clock)
  })

  it('an abstract generic base may take its dependencies by token', async () => {
    abstract class Repository<T> {
      constructor(@Inject('ITEMS') readonly items: T[]) {}
    }
    @Injectable()
    class Cats extends Repository<string> {}
    const app = await contextOf({ providers: [Cats, { provide: 'ITEMS', useValue: ['Tom'] }] })
    expect(app.get(Cats).items).toEqual(['Tom'])
  })

  it('keeps private fields of classes', async () => {
    @Injectable()
    class Secret {
      readonly #clock: Clock
      constructor(clock: Clock) {
        this.#clock = clock
      }
      now(): number {
        return this.#clock.now()
      }
    }
    const app = await contextOf({ providers: [Secret, Clock] })
    expect(app.get(Secret).now()).toBe(1)
  })
})

describe('mixin', () => {
  it('makes classes that the container builds, each its own provider', async () => {
    const Prefixed = (prefix: string) => {
      class PrefixedService {
        constructor(readonly clock: Clock) {}
        text(): string {
          return `${prefix}${this.clock.now()}`
        }
      }
      Reflect.defineMetadata('design:paramtypes', [Clock], PrefixedService)
      return mixin(PrefixedService)
    }
    const A = Prefixed('a')
    const B = Prefixed('b')
    const app = await contextOf({ providers: [A, B, Clock] })
    expect([app.get(A).text(), app.get(B).text()]).toEqual(['a1', 'b1'])
    expect(A.name).not.toBe(B.name)
  })
})
