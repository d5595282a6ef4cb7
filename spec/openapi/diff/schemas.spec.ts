import { Ajv2020 } from 'ajv/dist/2020.js'
import { compareDocuments, type OpenApiDocument, type SchemaObject } from 'corbel'
import { fc, SEED } from '../../support/properties.js'
import { giving, taking } from './document-of.js'

/** `kind rule` of each change. */
function changes(before: OpenApiDocument, after: OpenApiDocument): string[] {
  return compareDocuments(before, after).changes.map(({ kind, rule }) => `${kind} ${rule}`)
}

const object = (properties: Record<string, SchemaObject>, ...required: string[]): SchemaObject => ({
  type: 'object',
  properties,
  required,
})
const text: SchemaObject = { type: 'string' }
const cat = { $ref: '#/components/schemas/Cat' }
const dog = { $ref: '#/components/schemas/Dog' }
const animals = { components: { schemas: { Cat: object({ purrs: text }), Dog: object({ barks: text }) } } }

// what happens, before, after, what it is in a request, what it is in a response
const CASES: readonly (readonly [string, SchemaObject, SchemaObject, string[], string[]])[] = [
  [
    'a type takes more',
    { type: 'integer' },
    { type: 'number' },
    ['compatible type-widened'],
    ['breaking type-widened'],
  ],
  [
    'a type takes less',
    { type: 'number' },
    { type: 'integer' },
    ['breaking type-narrowed'],
    ['compatible type-narrowed'],
  ],
  ['a type is another', text, { type: 'integer' }, ['breaking type-changed'], ['breaking type-changed']],
  ['a type is said for the first time', {}, text, ['breaking type-narrowed'], ['compatible type-narrowed']],
  [
    'null is let in',
    text,
    { type: ['string', 'null'] },
    ['compatible type-widened'],
    ['breaking type-widened'],
  ],
  [
    'null is let in, as 3.0 writes it',
    text,
    { type: 'string', nullable: true },
    ['compatible type-widened'],
    ['breaking type-widened'],
  ],
  [
    'null is let in beside a reference',
    cat,
    { anyOf: [cat, { type: 'null' }] },
    ['compatible type-widened'],
    ['breaking type-widened'],
  ],
  [
    'an enum has one value more',
    { enum: ['a'] },
    { enum: ['a', 'b'] },
    ['compatible enum-value-added'],
    ['breaking enum-value-added'],
  ],
  [
    'an enum has one value less',
    { enum: ['a', 'b'] },
    { enum: ['a'] },
    ['breaking enum-value-removed'],
    ['compatible enum-value-removed'],
  ],
  [
    'an enum comes',
    text,
    { type: 'string', enum: ['a'] },
    ['breaking enum-added'],
    ['compatible enum-added'],
  ],
  [
    'an enum goes',
    { type: 'string', enum: ['a'] },
    text,
    ['compatible enum-removed'],
    ['breaking enum-removed'],
  ],
  [
    'a constant becomes an enum with it',
    { const: 1 },
    { enum: [1, 2] },
    ['compatible enum-value-added'],
    ['breaking enum-value-added'],
  ],
  [
    'a lower bound rises',
    { minimum: 1 },
    { minimum: 2 },
    ['breaking constraint-narrowed'],
    ['compatible constraint-narrowed'],
  ],
  [
    'an upper bound rises',
    { maxLength: 1 },
    { maxLength: 2 },
    ['compatible constraint-widened'],
    ['breaking constraint-widened'],
  ],
  [
    'a bound comes',
    {},
    { maxItems: 3 },
    ['breaking constraint-narrowed'],
    ['compatible constraint-narrowed'],
  ],
  [
    'a multiple becomes a finer one',
    { multipleOf: 10 },
    { multipleOf: 5 },
    ['compatible constraint-widened'],
    ['breaking constraint-widened'],
  ],
  [
    'a format goes',
    { type: 'string', format: 'email' },
    text,
    ['compatible constraint-widened'],
    ['breaking constraint-widened'],
  ],
  [
    'a pattern is another',
    { pattern: 'a' },
    { pattern: 'b' },
    ['breaking constraint-changed'],
    ['breaking constraint-changed'],
  ],
  [
    'items need not differ any more',
    { uniqueItems: true },
    { uniqueItems: false },
    ['compatible constraint-widened'],
    ['breaking constraint-widened'],
  ],
  [
    'a property comes',
    object({}),
    object({ a: text }),
    ['compatible property-added'],
    ['compatible property-added'],
  ],
  [
    'a property comes, and is needed',
    object({}),
    object({ a: text }, 'a'),
    ['breaking property-added'],
    ['compatible property-added'],
  ],
  [
    'a property goes',
    object({ a: text }),
    object({}),
    ['breaking property-removed'],
    ['breaking property-removed'],
  ],
  [
    'a property is needed',
    object({ a: text }),
    object({ a: text }, 'a'),
    ['breaking property-required'],
    ['compatible property-required'],
  ],
  [
    'a property may be missing',
    object({ a: text }, 'a'),
    object({ a: text }),
    ['compatible property-optional'],
    ['breaking property-optional'],
  ],
  [
    'a property becomes one of responses',
    object({ a: text }),
    object({ a: { type: 'string', readOnly: true } }),
    ['breaking property-removed'],
    [],
  ],
  [
    'other properties are refused',
    object({}),
    { ...object({}), additionalProperties: false },
    ['breaking properties-closed'],
    ['compatible properties-closed'],
  ],
  [
    'other properties are let in',
    { ...object({}), additionalProperties: false },
    object({}),
    ['compatible properties-opened'],
    ['compatible properties-opened'],
  ],
  [
    'the values of a map take less',
    { additionalProperties: { type: 'number' } },
    { additionalProperties: { type: 'integer' } },
    ['breaking type-narrowed'],
    ['compatible type-narrowed'],
  ],
  [
    'items take more',
    { type: 'array', items: { type: 'integer' } },
    { type: 'array', items: { type: 'number' } },
    ['compatible type-widened'],
    ['breaking type-widened'],
  ],
  [
    'an alternative comes',
    { oneOf: [cat] },
    { oneOf: [dog, cat] },
    ['compatible alternative-added'],
    ['breaking alternative-added'],
  ],
  [
    'an alternative goes',
    { anyOf: [dog, cat] },
    { anyOf: [cat] },
    ['breaking alternative-removed'],
    ['compatible alternative-removed'],
  ],
  [
    'a default is another',
    { default: 1 },
    { default: 2 },
    ['compatible default-changed'],
    ['compatible default-changed'],
  ],
  ['it is deprecated', {}, { deprecated: true }, ['compatible deprecated'], ['compatible deprecated']],
  [
    'the words are others',
    { description: 'a' },
    { description: 'b' },
    ['documentation words-changed'],
    ['documentation words-changed'],
  ],
  [
    'the discriminator reads another property',
    { oneOf: [cat, dog], discriminator: { propertyName: 'a' } },
    { oneOf: [cat, dog], discriminator: { propertyName: 'b' } },
    ['breaking constraint-changed'],
    ['breaking constraint-changed'],
  ],
  ['a component is written out', cat, animals.components.schemas.Cat, [], []],
  [
    'a part moves into a base',
    object({ a: text }, 'a'),
    { allOf: [object({ a: text }), { required: ['a'] }] },
    [],
    [],
  ],
]

describe('the schemas of two documents', () => {
  it.each(CASES)('are compared by the way that values go: %s', (_what, before, after, request, response) => {
    expect(changes(taking(before, animals), taking(after, animals))).toEqual(request)
    expect(changes(giving(before, animals), giving(after, animals))).toEqual(response)
  })

  it('tell a change of a component once, with all operations that it reaches', () => {
    const response = (schema: SchemaObject): object => ({
      responses: { 200: { description: 'OK', content: { 'application/json': { schema } } } },
    })
    const documentWith = (name: SchemaObject): OpenApiDocument =>
      ({
        ...giving({}),
        paths: {
          '/cats': { get: response({ type: 'array', items: cat }) },
          '/owner': { get: response({ $ref: '#/components/schemas/Owner' }) },
        },
        components: {
          schemas: {
            Cat: object({ name, owner: { $ref: '#/components/schemas/Owner' } }),
            Owner: object({ cat }),
          },
        },
      }) as OpenApiDocument
    const { changes: found } = compareDocuments(documentWith(text), documentWith({ type: 'integer' }))
    expect(found).toEqual([
      {
        kind: 'breaking',
        rule: 'type-changed',
        operations: ['GET /cats', 'GET /owner'],
        place: 'response schema Cat › name',
        message: 'The type string became integer.',
      },
    ])
  })

  it('call nothing compatible in a request that refuses what was taken', () => {
    const leaf = fc.oneof(
      fc.constant({}),
      fc.record({ type: fc.constantFrom('string', 'integer', 'number', ['string', 'null']) }),
      fc.record({ type: fc.constant('integer'), minimum: fc.integer({ min: 0, max: 3 }) }),
      fc.record({ type: fc.constant('string'), maxLength: fc.integer({ min: 0, max: 3 }) }),
      fc.record({ enum: fc.subarray(['a', 'bb', 1, null], { minLength: 1 }) }),
      fc.record({
        type: fc.constant('array'),
        items: fc.record({ type: fc.constantFrom('integer', 'string') }),
      }),
    ) as fc.Arbitrary<SchemaObject>
    const schema = fc
      .tuple(fc.dictionary(fc.constantFrom('a', 'b'), leaf), fc.subarray(['a', 'b']), fc.boolean())
      .map(([properties, required, closed]): SchemaObject => ({
        ...object(properties, ...required.filter((name) => name in properties)),
        ...(closed && { additionalProperties: false }),
      }))
    const value = fc.oneof(
      fc.constantFrom<unknown>('a', 'bb', 'long', 1, 0, 2.5, null),
      fc.constantFrom<unknown>([], [1], ['a']),
    )
    const body = fc.dictionary(fc.constantFrom('a', 'b'), value, { maxKeys: 2 })
    let judged = 0
    fc.assert(
      fc.property(
        schema,
        schema,
        fc.array(body, { minLength: 5, maxLength: 20 }),
        (before, after, bodies) => {
          if (compareDocuments(taking(before), taking(after)).verdict === 'breaking') return
          const ajv = new Ajv2020({ strict: false })
          const [wasTaken, isTaken] = [ajv.compile(before), ajv.compile(after)]
          for (const one of bodies) {
            // what nobody has described may be anything, and means nothing
            const isDescribed = Object.keys(one).every((name) => name in before.properties!)
            if (!isDescribed || !wasTaken(one)) continue
            judged++
            expect(isTaken(one)).toBe(true)
          }
        },
      ),
      { seed: SEED, numRuns: 300 },
    )
    expect(judged).toBeGreaterThan(20)
  })
})
