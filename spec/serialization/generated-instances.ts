import { Exclude, Expose, Transform, Type, type ClassTransformOptions } from 'class-transformer'
import { fc } from '../support/properties.js'

/** The blueprint of a class whose instances are made plain: plain data, so that a failing case can be read. */
export interface Shape {
  readonly onClass: 'none' | 'expose' | 'exclude'
  readonly properties: readonly PropertyShape[]
  readonly inherits: readonly PropertyShape[]
  readonly members: readonly ('getter' | 'method' | 'transformedMethod')[]
  readonly children: readonly Shape[]
}

interface PropertyShape {
  readonly name: string
  readonly decorators: readonly Decorator[]
  readonly type:
    'none' | 'String' | 'Number' | 'Boolean' | 'Date' | 'child' | 'dynamic' | 'discriminated' | 'reflected'
  readonly reflected: 'none' | 'Map' | 'Set' | 'Array' | 'Object' | 'Date'
}

const decorators = {
  expose: () => Expose(),
  rename: (name: string) => Expose({ name: `${name}Outside` }),
  toPlain: () => Expose({ toPlainOnly: true }),
  toClass: () => Expose({ toClassOnly: true }),
  inGroup: () => Expose({ groups: ['x'] }),
  since: () => Expose({ since: 2 }),
  until: () => Expose({ until: 2, name: 'old' }),
  exclude: () => Exclude(),
  excludeToPlain: () => Exclude({ toPlainOnly: true }),
  excludeToClass: () => Exclude({ toClassOnly: true }),
  transform: () =>
    Transform(({ value, key, obj, type, options }) =>
      typeof value === 'string'
        ? `${value}|${key}|${Object.keys(obj as object).join()}|${type}|${JSON.stringify(options)}`
        : (value as unknown),
    ),
  transformToPlain: () => Transform(({ value }) => [value], { toPlainOnly: true }),
  transformToClass: () => Transform(() => 'never', { toClassOnly: true }),
  transformInGroup: () => Transform(({ value }) => ({ wrapped: value as unknown }), { groups: ['y'] }),
  transformSince: () => Transform(() => undefined, { since: 2 }),
} satisfies Record<string, (name: string) => (PropertyDecorator & ClassDecorator) | PropertyDecorator>

type Decorator = keyof typeof decorators

const given = <T>(arbitrary: fc.Arbitrary<T>, oneIn: number) =>
  fc.oneof({ weight: oneIn - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })
const sometimes = <T>(arbitrary: fc.Arbitrary<T>) => given(arbitrary, 3)

function propertyShape(name: string, hasChildren: boolean): fc.Arbitrary<PropertyShape> {
  return fc.record({
    name: fc.constant(name),
    decorators: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      fc.uniqueArray(fc.constantFrom(...(Object.keys(decorators) as Decorator[])), { maxLength: 3 }),
    ),
    type: fc.oneof(
      { weight: 3, arbitrary: fc.constant<PropertyShape['type']>('none') },
      fc.constantFrom<PropertyShape['type'][]>('String', 'Number', 'Boolean', 'Date', 'reflected'),
      {
        weight: hasChildren ? 12 : 0,
        arbitrary: fc.constantFrom<PropertyShape['type'][]>('child', 'child', 'child', 'dynamic'),
      },
      { weight: hasChildren ? 1 : 0, arbitrary: fc.constant<PropertyShape['type']>('discriminated') },
    ),
    reflected: fc.constantFrom<PropertyShape['reflected'][]>(
      'none',
      'none',
      'Map',
      'Set',
      'Array',
      'Object',
      'Date',
    ),
  })
}

function shapeOf(depth: number): fc.Arbitrary<Shape> {
  const deep = depth > 0
  return fc.record({
    onClass: fc.constantFrom<Shape['onClass'][]>('none', 'none', 'none', 'expose', 'exclude'),
    properties: fc.tuple(propertyShape('a', deep), propertyShape('_b', false), propertyShape('c', deep)),
    inherits: fc.oneof(fc.constant([]), fc.tuple(propertyShape('_b', false), propertyShape('d', deep))),
    members: fc.subarray(['getter', 'method', 'transformedMethod'] as const),
    children: deep ? fc.tuple(shapeOf(depth - 1), shapeOf(depth - 1)) : fc.constant([]),
  })
}

/** Classes of up to four properties and three members, three levels deep. */
export const classShape: fc.Arbitrary<Shape> = shapeOf(2)

/** A class, with those of its children. */
export interface Built {
  readonly target: new () => object
  readonly children: readonly Built[]
}

const reflectedTypes = { Map, Set, Array, Object, Date } as const
const scalarTypes = { String, Number, Boolean, Date } as const

/** Makes the class of a blueprint by applying real decorators. */
export function buildClass(shape: Shape): Built {
  const children = shape.children.map(buildClass)
  class Ancestor {}
  class Generated extends Ancestor {
    get getter() {
      return `got ${Object.keys(this).length}`
    }
    method() {
      return { called: Object.keys(this) }
    }
    transformedMethod() {
      return new Date(0)
    }
  }
  const types = children.map(({ target }) => target)
  for (const property of shape.inherits) decorate(Ancestor.prototype, property, types)
  for (const property of shape.properties) decorate(Generated.prototype, property, types)
  for (const member of shape.members) Expose()(Generated.prototype, member)
  if (shape.members.includes('transformedMethod'))
    Transform(({ value }) => (typeof value === 'function' ? value.name : 'no function') as unknown)(
      Generated.prototype,
      'transformedMethod',
    )
  if (shape.onClass === 'expose') Expose()(Generated)
  if (shape.onClass === 'exclude') Exclude()(Generated)
  return { target: Generated, children }
}

function decorate(prototype: object, property: PropertyShape, types: readonly (new () => object)[]): void {
  const { name, type, reflected } = property
  const [first, second] = types
  if (reflected !== 'none') Reflect.defineMetadata('design:type', reflectedTypes[reflected], prototype, name)
  for (const one of property.decorators) decorators[one](name)(prototype, name)
  if (type === 'none') return
  if (type === 'reflected') Type()(prototype, name)
  else if (type === 'child') Type(() => first!)(prototype, name)
  else if (type === 'dynamic')
    Type((help) => ('c' in help!.object && help!.property === 'a' ? second! : first!))(prototype, name)
  else if (type === 'discriminated') {
    const subTypes = [first!, second!].map((value, index) => ({ value, name: `kind ${index}` }))
    Type(() => Object, { discriminator: { property: 'kind', subTypes } })(prototype, name)
  } else Type(() => scalarTypes[type])(prototype, name)
}

/** Options of `instanceToPlain`. */
export const options: fc.Arbitrary<ClassTransformOptions> = fc
  .record({
    groups: sometimes(fc.subarray(['x', 'y', 'z'])),
    version: sometimes(fc.constantFrom(1, 2, 3)),
    strategy: sometimes(fc.constantFrom('excludeAll' as const, 'exposeAll' as const)),
    excludePrefixes: sometimes(fc.constantFrom([], ['_'], ['_', 'me'])),
    excludeExtraneousValues: sometimes(fc.boolean()),
    exposeUnsetFields: sometimes(fc.boolean()),
    ignoreDecorators: given(fc.boolean(), 20),
    enableCircularCheck: given(fc.boolean(), 20),
  })
  .map((record) => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)))

const scalar = fc.constantFrom<unknown[]>('a', '', 'text', 0, -1, 1.5, NaN, true, false, null, undefined, 12n)

// functions are compared by identity
const called = (): string => 'called'

const loose: fc.Arbitrary<() => unknown> = fc.oneof(
  { weight: 6, arbitrary: scalar.map((value) => () => value) },
  fc.array(scalar, { maxLength: 3 }).map((list) => () => [...list]),
  fc.constantFrom<(() => unknown)[]>(
    () => new Date(86_400_000),
    () => new Date(NaN),
    () => Buffer.from('bytes'),
    () =>
      new Map<unknown, unknown>([
        ['k', new Date(1)],
        ['size', 2],
        ['_p', { x: 1 }],
        [7, 'seven'],
      ]),
    () => new Set([1, 'v', { y: 2 }]),
    () => ({ z: [1, { _q: undefined }], constructor2: 1 }),
    () => Object.assign(Object.create(null) as object, { bare: new Date(2) }),
    // eslint-disable-next-line no-sparse-arrays -- holes are the point
    () => [1, , 3],
    () => called,
    () => Uint8Array.of(1, 2),
    () => Symbol.for('symbol'),
  ),
)

/** Makes instances of a class: twice the same, so that both sides get their own. */
export type Factory = (built: Built) => object

/** Instances that hold children where the class declares them, more often than not. */
export function instanceOf(shape: Shape): fc.Arbitrary<Factory> {
  const names = new Map([...shape.inherits, ...shape.properties].map((property) => [property.name, property]))
  const values: Record<string, fc.Arbitrary<(built: Built) => unknown>> = {}
  for (const [name, { type }] of names) values[name] = valueFor(type, shape.children)
  values['z'] = loose
  return fc.record(values, { requiredKeys: [] }).map((record) => (built: Built) => {
    const instance = new built.target()
    for (const [name, make] of Object.entries(record)) Object.assign(instance, { [name]: make?.(built) })
    return instance
  })
}

function valueFor(
  type: PropertyShape['type'],
  children: readonly Shape[],
): fc.Arbitrary<(built: Built) => unknown> {
  const [first, second] = children
  if (first === undefined || second === undefined) return loose
  const one = fc.oneof(
    instanceOf(first).map(
      (make) =>
        (built: Built): unknown =>
          make(built.children[0]!),
    ),
    instanceOf(second).map(
      (make) =>
        (built: Built): unknown =>
          make(built.children[1]!),
    ),
  )
  // a discriminator looks every item up by its class, so anything else would stop class-transformer itself
  if (type === 'discriminated')
    return fc.oneof(
      one,
      fc.array(one, { maxLength: 2 }).map((list) => (built: Built) => list.map((make) => make(built))),
    )
  const list = fc.array(fc.oneof(one, loose), { maxLength: 3 })
  const held = fc.oneof(
    one,
    one.map((make) => (built: Built) => ({ ...(make(built) as object) })),
    list.map((all) => (built: Built) => all.map((make) => make(built))),
    list.map((all) => (built: Built) => new Set(all.map((make) => make(built)))),
    list.map((all) => (built: Built) => new Map(all.map((make, index) => [`key${index}`, make(built)]))),
  )
  return type === 'none' ? fc.oneof(loose, held) : fc.oneof(loose, { weight: 4, arbitrary: held })
}
