import { applyDecorators, Reflector, SetMetadata } from '../../lib/metadata/index.js'

const Roles = (...roles: string[]) => SetMetadata('roles', roles)

/** A decorator from elsewhere that puts another function in the place of the method. */
const Wrapped = (): MethodDecorator => (_target, _member, descriptor) => {
  const original = descriptor.value as unknown as (...args: unknown[]) => unknown
  descriptor.value = function (this: unknown, ...args: unknown[]) {
    return original.apply(this, args)
  } as never
}

const reflector = new Reflector()
const methodOf = (type: { prototype: object }, name: string) =>
  (type.prototype as Record<string, () => unknown>)[name]!

describe('SetMetadata', () => {
  it('tells its key', () => {
    expect(SetMetadata('color', 'red').KEY).toBe('color')
  })

  it('is read from classes and methods with Reflector.get', () => {
    @Roles('class')
    class Target {
      @Roles('method') method(): void {}
      plain(): void {}
    }
    expect(reflector.get('roles', Target)).toEqual(['class'])
    expect(reflector.get('roles', methodOf(Target, 'method'))).toEqual(['method'])
    expect(reflector.get('roles', methodOf(Target, 'plain'))).toBeUndefined()
  })

  it('is found by Reflect.getMetadata, and finds what Reflect.defineMetadata wrote', () => {
    @Roles('class')
    class Target {
      @Roles('method') method(): void {}
      other(): void {}
    }
    expect(Reflect.getMetadata('roles', Target)).toEqual(['class'])
    expect(Reflect.getMetadata('roles', methodOf(Target, 'method'))).toEqual(['method'])
    Reflect.defineMetadata('foreign', 1, methodOf(Target, 'other'))
    expect(reflector.get('foreign', methodOf(Target, 'other'))).toBe(1)
  })

  it('is inherited by derived classes', () => {
    @Roles('base')
    class Base {}
    class Derived extends Base {}
    expect(reflector.get('roles', Derived)).toEqual(['base'])
  })

  it('lets the uppermost of two with one key win', () => {
    @SetMetadata('level', 'upper')
    @SetMetadata('level', 'lower')
    class Target {}
    expect(reflector.get('level', Target)).toBe('upper')
  })

  it('keeps what stands above another decorator that replaces the method', () => {
    class Target {
      @Roles('above')
      @Wrapped()
      method(): string {
        return 'result'
      }
    }
    expect(reflector.get('roles', methodOf(Target, 'method'))).toEqual(['above'])
  })
})

describe('Reflector', () => {
  @Roles('user')
  @SetMetadata('options', { a: 1, b: 1 })
  @SetMetadata('single', 'class')
  class Target {
    @Roles('admin')
    @SetMetadata('options', { b: 2 })
    method(): void {}
    bare(): void {}
  }
  const both = [methodOf(Target, 'method'), Target]
  const bare = [methodOf(Target, 'bare'), Target]

  it('getAll gives one value per target, in order', () => {
    expect(reflector.getAll('roles', both)).toEqual([['admin'], ['user']])
    expect(reflector.getAll('roles', bare)).toEqual([undefined, ['user']])
  })

  it('getAllAndOverride gives the first value that is there', () => {
    expect(reflector.getAllAndOverride('roles', both)).toEqual(['admin'])
    expect(reflector.getAllAndOverride('roles', bare)).toEqual(['user'])
    expect(reflector.getAllAndOverride('nothing', both)).toBeUndefined()
  })

  it('getAllAndOverride takes false and 0 for values', () => {
    class Switch {
      @SetMetadata('enabled', false) method(): void {}
    }
    SetMetadata('enabled', true)(Switch)
    expect(reflector.getAllAndOverride('enabled', [methodOf(Switch, 'method'), Switch])).toBe(false)
  })

  it('getAllAndMerge joins lists, merges objects, and keeps a single value', () => {
    expect(reflector.getAllAndMerge('roles', both)).toEqual(['admin', 'user'])
    expect(reflector.getAllAndMerge('options', both)).toEqual({ a: 1, b: 1 })
    expect(reflector.getAllAndMerge('roles', bare)).toEqual(['user'])
    expect(reflector.getAllAndMerge('options', bare)).toEqual({ a: 1, b: 1 })
    expect(reflector.getAllAndMerge('single', bare)).toEqual(['class'])
    expect(reflector.getAllAndMerge('nothing', both)).toEqual([])
  })

  it('getAllAndMerge puts single values of several targets into a list', () => {
    @SetMetadata('name', 'class')
    class Named {
      @SetMetadata('name', 'method') method(): void {}
    }
    expect(reflector.getAllAndMerge('name', [methodOf(Named, 'method'), Named])).toEqual(['method', 'class'])
  })

  it('createDecorator makes a typed decorator, which is also the key', () => {
    const Level = Reflector.createDecorator<number>()
    const Other = Reflector.createDecorator<number>()
    @Level(1)
    class Leveled {
      @Level(2) method(): void {}
    }
    const value: number = reflector.get(Level, methodOf(Leveled, 'method'))
    expect(value).toBe(2)
    expect(reflector.getAllAndOverride(Level, [methodOf(Leveled, 'method'), Leveled])).toBe(2)
    expect(reflector.get(Other, Leveled)).toBeUndefined()
  })

  it('createDecorator takes a key and a function that makes the value', () => {
    const Names = Reflector.createDecorator<string, string[]>({
      key: 'names',
      transform: (text) => text.split(','),
    })
    @Names('a,b')
    class Target2 {}
    expect(Names.KEY).toBe('names')
    expect(reflector.get(Names, Target2)).toEqual(['a', 'b'])
    expect(reflector.get('names', Target2)).toEqual(['a', 'b'])
  })
})

describe('applyDecorators', () => {
  it('applies class decorators and method decorators in the given order', () => {
    const order: string[] = []
    const track = (name: string) => () => void order.push(name)
    const Both = () => applyDecorators(track('first'), SetMetadata('marked', true), track('second'))
    @Both()
    class Target {
      @Both() method(): void {}
    }
    expect(order).toEqual(['first', 'second', 'first', 'second'])
    expect(reflector.getAll('marked', [methodOf(Target, 'method'), Target])).toEqual([true, true])
  })

  it('applies property decorators', () => {
    const seen: unknown[] = []
    const Field = () =>
      applyDecorators(((target: object, member: string) => seen.push(member)) as PropertyDecorator)
    class Target {
      @Field() field!: string
    }
    expect(new Target()).toBeDefined()
    expect(seen).toEqual(['field'])
  })

  it('hands on a descriptor that one of the decorators returns', () => {
    const Shout = (): MethodDecorator => (_target, _member, descriptor) => ({
      ...descriptor,
      value: (() => 'loud') as never,
    })
    class Target {
      @applyDecorators(Shout()) method(): string {
        return 'quiet'
      }
    }
    expect(new Target().method()).toBe('loud')
  })
})
