import { Exclude, Expose, Transform, Type, type ClassTransformOptions } from 'class-transformer'
import type { ValidationOptions, ValidatorOptions } from 'class-validator'
import { decorators } from './decorators.js'
import { fc } from '../support/properties.js'

/** The blueprint of a class: plain data, so that a failing case can be read. */
export interface Shape {
  readonly properties: readonly PropertyShape[]
  readonly inherits: readonly PropertyShape[]
  readonly children: readonly Shape[]
}

interface PropertyShape {
  readonly name: string
  readonly rules: readonly { readonly rule: string; readonly options: RuleOptions | undefined }[]
  readonly type:
    'none' | 'String' | 'Number' | 'Boolean' | 'Date' | 'child' | 'dynamic' | 'discriminated' | 'Set'
  readonly reflected: 'none' | 'String' | 'Number' | 'Boolean' | 'Date' | 'Array' | 'Object'
  readonly nested: boolean
  readonly transformer: 'none' | 'expose' | 'rename' | 'exclude' | 'exposeGroup' | 'transform' | 'since'
  readonly initial: unknown
}

interface RuleOptions {
  readonly each?: boolean
  readonly groups?: string[]
  readonly always?: boolean
  readonly message?: 'text' | 'function'
  readonly context?: boolean
  readonly validateIf?: boolean
}

const common = [
  'IsString',
  'IsInt',
  'IsBoolean',
  'IsOptional',
  'IsEmail',
  'Length',
  'Min',
  'IsIn',
  'IsEnum',
  'IsDefined',
]
const ruleName = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...common) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(...Object.keys(decorators).filter((name) => name !== 'ValidateNested')),
  },
)
const seldom = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 8 })

const ruleOptions: fc.Arbitrary<RuleOptions> = fc
  .record({
    each: seldom(fc.boolean()),
    groups: seldom(fc.subarray(['x', 'y'])),
    always: seldom(fc.boolean()),
    message: seldom(fc.constantFrom('text' as const, 'function' as const)),
    context: seldom(fc.boolean()),
    validateIf: seldom(fc.boolean()),
  })
  .map((record) => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)))

const plainOnly = fc.constant('none' as const)

function propertyShape(name: string, simple: boolean, deep: boolean): fc.Arbitrary<PropertyShape> {
  const typed = deep
    ? (['child', 'child', 'child', 'dynamic', 'discriminated'] as const)
    : (['none'] as const)
  return fc.record({
    name: fc.constant(name),
    rules: fc.array(
      fc.record({ rule: ruleName, options: simple ? fc.constant(undefined) : seldom(ruleOptions) }),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
    type: simple
      ? fc.constantFrom<PropertyShape['type'][]>('none', 'none', deep ? 'child' : 'Date')
      : fc.constantFrom<PropertyShape['type'][]>(
          'none',
          'String',
          'Number',
          'Boolean',
          'Date',
          'Set',
          ...typed,
        ),
    reflected: fc.constantFrom('none', 'String', 'Number', 'Boolean', 'Date', 'Array', 'Object'),
    nested: fc.boolean(),
    transformer: simple
      ? plainOnly
      : fc.oneof(
          { weight: 6, arbitrary: plainOnly },
          {
            weight: 1,
            arbitrary: fc.constantFrom('expose', 'rename', 'exclude', 'exposeGroup', 'transform', 'since'),
          },
        ),
    initial: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, fc.constantFrom('initial', 7, true)),
  })
}

function shapeOf(depth: number): fc.Arbitrary<Shape> {
  return fc.boolean().chain((simple) =>
    fc.record({
      properties: fc.tuple(
        propertyShape('a', simple, depth > 0),
        propertyShape('b', simple, false),
        propertyShape('c', simple, depth > 0),
      ),
      inherits: fc.oneof(
        fc.constant([]),
        fc.tuple(propertyShape('b', simple, false), propertyShape('d', simple, depth > 0)),
      ),
      children: depth > 0 ? fc.tuple(shapeOf(depth - 1), shapeOf(depth - 1)) : fc.constant([]),
    }),
  )
}

/** The rules that the classes of a blueprint use. */
export function rulesIn({ properties, inherits, children }: Shape): string[] {
  return [
    ...[...properties, ...inherits].flatMap(({ rules, nested, type }) => [
      ...rules.map(({ rule }) => rule),
      ...(nested || type === 'child' ? ['ValidateNested'] : []),
    ]),
    ...children.flatMap(rulesIn),
  ]
}

/** Classes of up to four properties, three levels deep. */
export const classShape: fc.Arbitrary<Shape> = shapeOf(2)

const reflectedTypes = { String, Number, Boolean, Date, Array, Object } as const

/** Makes the class of a blueprint by applying real decorators. */
export function buildClass(shape: Shape): new () => object {
  const children = shape.children.map(buildClass)
  class Ancestor {}
  class Generated extends Ancestor {
    constructor() {
      super()
      for (const { name, initial } of shape.properties) {
        if (initial !== undefined) Object.assign(this, { [name]: initial })
      }
    }
  }
  for (const property of shape.inherits) decorate(Ancestor.prototype, property, children)
  for (const property of shape.properties) decorate(Generated.prototype, property, children)
  return Generated
}

function decorate(prototype: object, property: PropertyShape, children: readonly (new () => object)[]): void {
  const { name, rules, reflected, type, nested } = property
  if (reflected !== 'none') Reflect.defineMetadata('design:type', reflectedTypes[reflected], prototype, name)
  for (const { rule, options } of rules) decorators[rule]!(optionsFrom(options))(prototype, name)
  applyType(prototype, name, type, children)
  if (nested || type === 'child') decorators['ValidateNested']!()(prototype, name)
  const transformer = {
    none: undefined,
    expose: Expose(),
    rename: Expose({ name: `${name}Outside` }),
    exclude: Exclude(),
    exposeGroup: Expose({ groups: ['x'] }),
    since: Expose({ since: 2 }),
    transform: Transform(
      ({ value, key, obj }) =>
        (typeof value === 'string' ? `${value}${key}${Object.keys(obj as object).join()}` : value) as unknown,
    ),
  }[property.transformer]
  transformer?.(prototype, name)
}

function applyType(
  prototype: object,
  name: string,
  type: PropertyShape['type'],
  children: readonly (new () => object)[],
): void {
  const [first, second] = children
  if (type === 'none') return
  if (type === 'Set') {
    Reflect.defineMetadata('design:type', Set, prototype, name)
    Type(() => first ?? String)(prototype, name)
  } else if (type === 'child') {
    if (Reflect.getMetadata('design:type', prototype, name) !== Array)
      Reflect.deleteMetadata('design:type', prototype, name)
    Type(() => first!)(prototype, name)
  } else if (type === 'dynamic') {
    Type((help) => (help!.object['b'] === 'a' ? second! : first!))(prototype, name)
  } else if (type === 'discriminated') {
    const subTypes = [first!, second!].map((value, index) => ({ value, name: index === 0 ? 'a' : 'b' }))
    Type(() => Object, {
      discriminator: { property: 'b', subTypes },
      keepDiscriminatorProperty: name === 'a',
    })(prototype, name)
  } else Type(() => reflectedTypes[type])(prototype, name)
}

function optionsFrom(options: RuleOptions | undefined): ValidationOptions | undefined {
  if (options === undefined) return undefined
  const { message, context, validateIf, ...rest } = options
  return {
    ...rest,
    ...(message === 'text' && { message: '$property|$value|$target|$constraint1|$constraint2' }),
    ...(message === 'function' && { message: (args) => `${args.property} ${args.targetName} $value` }),
    ...(context && { context: { code: 7 } }),
    ...(validateIf !== undefined && { validateIf: (object: object) => 'a' in object === validateIf }),
  }
}

/** Options of both libraries. */
export const options: fc.Arbitrary<ValidatorOptions & { transformOptions?: ClassTransformOptions }> = fc
  .record({
    whitelist: seldom(fc.boolean()),
    forbidNonWhitelisted: seldom(fc.boolean()),
    forbidUnknownValues: seldom(fc.boolean()),
    skipMissingProperties: seldom(fc.boolean()),
    skipNullProperties: seldom(fc.boolean()),
    skipUndefinedProperties: seldom(fc.boolean()),
    stopAtFirstError: seldom(fc.boolean()),
    dismissDefaultMessages: seldom(fc.boolean()),
    groups: seldom(fc.subarray(['x', 'y', 'z'])),
    always: seldom(fc.boolean()),
    strictGroups: seldom(fc.boolean()),
    validationError: seldom(fc.record({ target: fc.boolean(), value: fc.boolean() })),
    transformOptions: fc.option(
      fc
        .record({
          enableImplicitConversion: seldom(fc.boolean()),
          excludeExtraneousValues: seldom(fc.boolean()),
          exposeDefaultValues: seldom(fc.boolean()),
          exposeUnsetFields: seldom(fc.boolean()),
          groups: seldom(fc.subarray(['x', 'y'])),
          version: seldom(fc.constantFrom(1, 2, 3)),
          strategy: seldom(fc.constantFrom('excludeAll' as const, 'exposeAll' as const)),
        })
        .map(given),
      { nil: undefined, freq: 3 },
    ),
  })
  .map(given)

function given<T extends object>(record: T): { [K in keyof T]: Exclude_<T[K]> } {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as never
}

type Exclude_<T> = T extends undefined ? never : T

const likelyTexts =
  'a,ab,abc,red,12,1.5,true,taken,impostor,,A,x@y.de,jane.doe@example.com,2020-01-01,2020-01-01T00:00:00Z'
const moreTexts = ['https://a.de', '127.0.0.1', '9b2ff0a4-0a4e-4b1e-9d3c-3f1d2a1b4c5d', '😀😀']
const notTexts = [0, 1, 3, 5, 10, 11, -1, 1.5, 1.55, true, false, null, undefined]
/** Values that some rule accepts, and others that none does. */
export const likely: readonly unknown[] = [...likelyTexts.split(','), ...moreTexts, ...notTexts]
const scalar = fc.constantFrom(...likely)
const loose: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: scalar },
  fc.array(scalar, { maxLength: 3 }),
  fc.dictionary(fc.constantFrom('a', 'b', 'c', 'toString', 'z'), scalar, { maxKeys: 3 }),
  fc.date({ noInvalidDate: true }),
  fc.constantFrom(new Map([['k', 'v']]), new Set(['v', 1])),
)

/** Values that suit the rules of a property more often than not. */
function valueFor(property: PropertyShape, children: readonly Shape[]): fc.Arbitrary<unknown> {
  const first = children[0]
  const usual: Record<string, unknown[]> = {
    IsString: ['a', 'abc'],
    IsInt: [1, 3, 10],
    IsBoolean: [true, false],
    IsEmail: ['jane.doe@example.com'],
    Length: ['ab', 'abc'],
    Min: [1, 5],
    IsIn: ['a', 1],
    IsEnum: ['red', 'blue'],
    IsOptional: [null, undefined],
  }
  const suiting = property.rules.flatMap(({ rule }) => usual[rule] ?? [])
  const choices: fc.Arbitrary<unknown>[] = [loose]
  if (suiting.length > 0) choices.push(fc.constantFrom(...suiting), fc.constantFrom(...suiting))
  if (first !== undefined && ['child', 'dynamic', 'discriminated', 'Set'].includes(property.type)) {
    choices.push(
      inputFor(first),
      inputFor(first),
      fc.array(fc.oneof(inputFor(first), inputFor(first), scalar), { maxLength: 3 }),
    )
    // a discriminator is read off every item, so null would stop class-transformer itself
    if (property.type === 'discriminated')
      return fc.oneof(inputFor(first), fc.array(inputFor(first), { maxLength: 2 }), scalar)
  }
  return fc.oneof(...choices)
}

/** Plain objects for a class: its properties, sometimes without one, sometimes with more. */
export function inputFor(shape: Shape): fc.Arbitrary<Record<string, unknown>> {
  const all = new Map([...shape.inherits, ...shape.properties].map((property) => [property.name, property]))
  const values: Record<string, fc.Arbitrary<unknown>> = {}
  for (const [name, property] of all) values[name] = valueFor(property, shape.children)
  const extra = fc.dictionary(fc.constantFrom('z', 'aOutside', 'cOutside', 'hasOwnProperty', '7'), loose, {
    maxKeys: 2,
  })
  return fc
    .tuple(
      fc.record(values, { requiredKeys: [] }),
      fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, extra),
      fc.boolean(),
    )
    .map(([known, more, before]) => (before ? { ...more, ...known } : { ...known, ...more }))
}
