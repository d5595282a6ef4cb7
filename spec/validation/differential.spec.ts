import { plainToInstance, type ClassTransformOptions } from 'class-transformer'
import * as library from 'class-validator'
import {
  getMetadataStorage,
  useContainer,
  validate,
  type ValidationError,
  type ValidatorOptions,
} from 'class-validator'
import { compileValidator } from '../../lib/validation/index.js'
import { storageMaps, transformerMetadata } from '../../lib/validation/transformer-metadata.js'
import { decorators, notDecorators, variants } from './decorators.js'
import {
  buildClass,
  classShape,
  inputFor,
  likely,
  options,
  rulesIn,
  type Shape,
} from './generated-classes.js'
import { fc, SEED } from '../support/properties.js'

const environment = process.env

/** Generated classes; each gets up to six inputs. Raise it with VALIDATION_RUNS for a long soak. */
const RUNS = Number(environment['VALIDATION_RUNS'] ?? 1500)

/** Where in a run of one seed a case stands; a failure prints it, and VALIDATION_PATH repeats it alone. */
const PATH = environment['VALIDATION_PATH']

/** A hundred times what is usual, in ms. fast-check stops first, because a timeout of the runner names no seed. */
const TIME_LIMIT = 600_000 + RUNS * 400
const timeout = 2 * TIME_LIMIT

/** Everything that an error says, in the order in which it says it. */
function spelled(error: ValidationError): unknown {
  return {
    keys: Object.keys(error).sort(),
    property: error.property,
    target: error.target,
    value: error.value as unknown,
    constraints: error.constraints && Object.entries(error.constraints),
    contexts: error.contexts && Object.entries(error.contexts),
    children: error.children?.map(spelled),
  }
}

async function byLibraries(
  target: new () => object,
  plain: unknown,
  settings: ValidatorOptions & { transformOptions?: ClassTransformOptions },
) {
  const value: object = plainToInstance(target, plain as object, settings.transformOptions)
  return { value, errors: await validate(value, settings) }
}

const copy = (value: unknown): unknown => structuredClone(value)

// class-validator's own container looks for a rule among all rules ever made, and every validation walks over all classes
// with decorators: with thousands of generated classes the comparison would take hours.
const instances = new Map<new () => unknown, unknown>()
useContainer({
  get<T>(type: new () => T): T {
    if (!instances.has(type)) instances.set(type, new type())
    return instances.get(type) as T
  },
})

const validatorStorage = getMetadataStorage() as unknown as {
  validationMetadatas: Map<unknown, unknown>
  constraintMetadatas: Map<unknown, unknown>
}
const lastingConstraints = new Map(validatorStorage.constraintMetadatas)

// Neither library ever lets go of a class, and a soak makes half a million of them.
function forgetClasses(): void {
  const { validationMetadatas, constraintMetadatas } = validatorStorage
  validationMetadatas.clear()
  constraintMetadatas.clear()
  for (const [rule, metadata] of lastingConstraints) constraintMetadatas.set(rule, metadata)
  transformerMetadata.clear()
  storageMaps._transformMetadatas.clear()
  instances.clear()
}

describe('compiled validators against the libraries', () => {
  it('make equal instances and equal trees of errors, order included', { timeout }, async () => {
    const used = new Set<string>()
    let fused = 0
    let valid = 0
    let total = 0
    const cases = classShape.chain((shape: Shape) =>
      fc.record({
        shape: fc.constant(shape),
        options,
        inputs: fc.array(inputFor(shape), { minLength: 1, maxLength: 6 }),
      }),
    )
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, options, inputs }) => {
        for (const rule of rulesIn(shape)) used.add(rule)
        const target = buildClass(shape)
        const validator = compileValidator(target, options)
        for (const input of inputs) {
          // `{ "toString": 1 }` for a String makes class-transformer throw; the compiled form lets a rule refuse it
          const expected = await byLibraries(target, copy(input), options).catch(() => undefined)
          if (expected === undefined) continue
          const actual = await validator.run(copy(input))
          expect(actual.errors.map(spelled)).toStrictEqual(expected.errors.map(spelled))
          expect(actual.value).toStrictEqual(expected.value)
          expect(Object.keys(actual.value)).toEqual(Object.keys(expected.value))
          total++
          if (validator.fused) fused++
          if (expected.errors.length === 0) valid++
        }
        forgetClasses()
      }),
      {
        numRuns: RUNS,
        ...(PATH !== undefined && { path: PATH }),
        interruptAfterTimeLimit: TIME_LIMIT,
        markInterruptAsFailure: true,
      },
    )
    if (PATH !== undefined) return
    // the comparison is worth little if one of the ways is never taken
    expect(fused, `seed ${SEED}`).toBeGreaterThan(total / 10)
    expect(valid, `seed ${SEED}`).toBeGreaterThan(total / 20)
    expect(total, `seed ${SEED}`).toBeGreaterThan(3 * Math.min(RUNS, 1500))
    expect(
      Object.keys(decorators).filter((name) => !used.has(name)),
      `seed ${SEED}`,
    ).toEqual([])
  })

  it('know every decorator that class-validator exports', () => {
    const exported = Object.keys(library).filter((name) => /^[A-Z][a-z]/.test(name) || /^Is[A-Z]/.test(name))
    expect(exported.length).toBeGreaterThan(100)
    expect(exported.filter((name) => !(name in decorators) && !(name in notDecorators))).toEqual([])
  })

  const everyRule = Object.entries({ ...decorators, ...variants })
  it.each(everyRule)('agree about %s, alone, on each item and under options', async (_name, decorate) => {
    const values = [...likely, [], ['a', 1], [1, 1], ['x@y.de', 'taken'], new Set(['a']), new Date(1), {}]
    for (const applied of [
      {},
      { each: true },
      { message: '$value $constraint1' },
      { context: { code: 1 } },
    ]) {
      class Single {}
      decorate(applied)(Single.prototype, 'a')
      for (const settings of [{}, { stopAtFirstError: true }, { skipMissingProperties: true }]) {
        const validator = compileValidator(Single, settings)
        for (const a of values) {
          const expected = await byLibraries(Single, { a }, settings)
          const actual = await validator.run({ a })
          expect(actual.errors.map(spelled), JSON.stringify(a)).toStrictEqual(expected.errors.map(spelled))
          expect(actual.value).toStrictEqual(expected.value)
        }
      }
    }
    forgetClasses()
  })
})
