import { plainToInstance, type ClassTransformOptions } from 'class-transformer'
import {
  getMetadataStorage,
  useContainer,
  validate,
  type ValidationError,
  type ValidatorOptions,
} from 'class-validator'
import * as fc from 'fast-check'
import { compileValidator } from '../../lib/validation/index.js'
import { storageMaps, transformerMetadata } from '../../lib/validation/transformer-metadata.js'
import { buildClass, classShape, inputFor, options, type Shape } from './generated-classes.js'

const environment = process.env

/** Generated classes; each gets up to six inputs. Raise it with VALIDATION_RUNS for a long soak. */
const RUNS = Number(environment['VALIDATION_RUNS'] ?? 1500)

/** Another at each run; every failure prints it. VALIDATION_SEED, and VALIDATION_PATH if one is printed, repeat a case. */
const SEED = Number(environment['VALIDATION_SEED'] ?? Math.trunc(Math.random() * 0x7fffffff))
const PATH = environment['VALIDATION_PATH']

/** Some ten times what is usual, in ms. fast-check stops first, because a timeout of the runner names no seed. */
const TIME_LIMIT = 60_000 + RUNS * 40
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
        seed: SEED,
        ...(PATH !== undefined && { path: PATH }),
        interruptAfterTimeLimit: TIME_LIMIT,
        markInterruptAsFailure: true,
      },
    )
    if (PATH !== undefined) return
    // the comparison is worth little if one of the ways is never taken
    expect(fused, `seed ${SEED}`).toBeGreaterThan(total / 10)
    expect(valid, `seed ${SEED}`).toBeGreaterThan(total / 20)
  })
})
