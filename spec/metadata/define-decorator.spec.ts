import {
  defineDecorator,
  problemsOf,
  readClass,
  readInheritedParameters,
  readMember,
  readParameters,
} from '../../lib/metadata/index.js'

const Label = defineDecorator({
  name: 'Label',
  on: ['class', 'method', 'property'],
  value: (text: string) => text,
})
const Tags = defineDecorator({
  name: 'Tags',
  on: ['class', 'method'],
  merge: 'append',
  value: (...tags: string[]) => tags,
})
const Note = defineDecorator({ name: 'Note', on: ['class'], repeatable: true, value: (text: string) => text })
const Source = defineDecorator({
  name: 'Source',
  on: ['parameter', 'constructor-parameter'],
  value: (name: string) => name,
})

describe('defineDecorator', () => {
  it('stores a value on classes, methods, properties and parameters', () => {
    @Label('class')
    class Target {
      @Label('property') field!: string
      constructor(@Source('ctor') readonly first: string) {}
      @Label('method') method(@Source('a') _a: string, _b: string, @Source('c') _c: string): void {}
    }
    expect(readClass(Label, Target)).toBe('class')
    expect(readMember(Label, Target, 'field')).toBe('property')
    expect(readMember(Label, Target, 'method')).toBe('method')
    expect([...readParameters(Source, Target, 'method')]).toEqual([
      [2, 'c'],
      [0, 'a'],
    ])
    expect([...readParameters(Source, Target)]).toEqual([[0, 'ctor']])
    expect(problemsOf(Target)).toEqual([])
  })

  it('reads nothing where nothing was declared', () => {
    class Bare {
      method(): void {}
    }
    expect(readClass(Label, Bare)).toBeUndefined()
    expect(readMember(Label, Bare, 'method')).toBeUndefined()
    expect(readParameters(Source, Bare, 'method').size).toBe(0)
  })

  it('reports a decorator on a target that it does not belong on, with class, member and parameter', () => {
    class Target {
      @Note('x') method(@Label('y') _a: string): void {}
    }
    expect(problemsOf(Target)).toEqual([
      {
        decorator: '@Label',
        place: 'Target.method[0]',
        reason: 'it belongs on a class or a method or a property, not on a parameter',
      },
      { decorator: '@Note', place: 'Target.method', reason: 'it belongs on a class, not on a method' },
    ])
  })

  it('reports a second use on one target, unless the decorator is repeatable', () => {
    @Label('a')
    @Label('b')
    @Note('first')
    @Note('second')
    class Target {}
    expect(problemsOf(Target)).toEqual([
      {
        decorator: '@Label',
        place: 'Target',
        reason: 'one of its kind stands there already; remove one of them',
      },
    ])
    expect(readClass(Note, Target)).toBe('first')
  })

  it('reports the problems of base classes with those of the class', () => {
    class Base {
      @Note('x') method(): void {}
    }
    class Derived extends Base {}
    expect(problemsOf(Derived).map(({ place }) => place)).toEqual(['Base.method'])
  })

  it('joins lists of one target from the bottom up, and of base classes before derived ones', () => {
    @Tags('base')
    class Base {}
    @Tags('top', 'upper')
    @Tags('bottom')
    class Derived extends Base {}
    expect(readClass(Tags, Derived)).toEqual(['base', 'bottom', 'top', 'upper'])
    expect(readClass(Tags, Base)).toEqual(['base'])
  })

  it('lets the nearest class win where values are replaced', () => {
    @Label('base')
    class Base {}
    @Label('derived')
    class Derived extends Base {}
    class Plain extends Base {}
    expect(readClass(Label, Derived)).toBe('derived')
    expect(readClass(Label, Plain)).toBe('base')
  })

  it('inherits what stands on a method, but an override starts afresh', () => {
    class Base {
      @Label('one') inherited(): void {}
      @Label('two') overridden(): void {}
    }
    class Derived extends Base {
      override overridden(): void {}
    }
    expect(readMember(Label, Derived, 'inherited')).toBe('one')
    expect(readMember(Label, Derived, 'overridden')).toBeUndefined()
  })

  it('can read the parameters of an override together with those that it does not name again', () => {
    class Base {
      method(@Source('a') _a: string, @Source('b') _b: string): void {}
    }
    class Derived extends Base {
      override method(_a: string, @Source('other') _b: string): void {}
    }
    expect(Object.fromEntries(readInheritedParameters(Source, Derived, 'method'))).toEqual({
      0: 'a',
      1: 'other',
    })
    expect(Object.fromEntries(readParameters(Source, Derived, 'method'))).toEqual({ 1: 'other' })
  })

  it('finds constructor parameters of the class whose constructor runs', () => {
    class Base {
      constructor(@Source('base') readonly value: string) {}
    }
    class Inheriting extends Base {}
    class Own extends Base {
      constructor(@Source('own') value: string) {
        super(value)
      }
    }
    expect([...readParameters(Source, Inheriting).values()]).toEqual(['base'])
    expect([...readParameters(Source, Own).values()]).toEqual(['own'])
  })

  it('names the decorator by its label where one definition serves several', () => {
    const Verb = defineDecorator({
      name: 'Verb',
      on: ['method'],
      value: (name: string) => name,
      label: (name) => name,
    })
    @Verb('Fetch')
    class Target {}
    expect(problemsOf(Target)[0]).toMatchObject({ decorator: '@Fetch', place: 'Target' })
  })
})
