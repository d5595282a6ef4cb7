import type { ValidationError } from 'class-validator'
import { isPromise, type MaybePromise } from '../common/index.js'
import type { ArgumentMetadata, PipelineContext } from '../pipeline/index.js'
import { classValidator } from './class-validator.js'
import type { CompiledValidator, Validated } from './compile.js'
import { isBinary } from './convert.js'

/** Errors whose property is only a name for the whole value. */
const ofWhole = new WeakSet<ValidationError>()

/** Tells whether an error is about the value as a whole. */
export function isAboutWhole(error: ValidationError): boolean {
  // an object of an unknown class has an error without a property
  return (error.property as string | undefined) === undefined || ofWhole.has(error)
}

/**
 * Refuses lists, primitives and bytes where an object of a class is expected: they have no property that could break a
 * rule, and would pass where nothing is required. Classes without rules take them as they are.
 *
 * @param validator of the class
 * @param metadata of the parameter, by whose name the error is called
 * @param forbidUnknownValues leaves classes without rules to the validator, which refuses them
 */
export function expectObject<T>(
  { run, hasRules }: Pick<CompiledValidator<T>, 'run' | 'hasRules'>,
  { data, type }: ArgumentMetadata,
  forbidUnknownValues: boolean,
): CompiledValidator<T>['run'] {
  const judge = (outcome: Validated<T>): Validated<T> => {
    const [first] = outcome.errors
    const passed = first === undefined || first.constraints?.['unknownValue'] !== undefined
    if (!passed || (!hasRules && forbidUnknownValues)) return outcome
    return { value: outcome.value, errors: hasRules ? [objectExpected(data ?? type)] : [] }
  }
  return (value: unknown, call?: PipelineContext): MaybePromise<Validated<T>> => {
    const outcome = run(value, call)
    if (!isNoObject(value)) return outcome
    return isPromise<Validated<T>>(outcome) ? outcome.then(judge) : judge(outcome)
  }
}

function isNoObject(value: unknown): boolean {
  if (typeof value !== 'object') return value !== undefined
  return Array.isArray(value) || isBinary(value)
}

function objectExpected(name: string): ValidationError {
  const error = new (classValidator().ValidationError)()
  error.property = name
  error.constraints = { isObject: 'Validation failed (object is expected)' }
  error.children = []
  ofWhole.add(error)
  return error
}
