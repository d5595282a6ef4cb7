import type { ValidationError } from 'class-validator'
import type { Class, MaybePromise } from '../common/index.js'
import { compileAcceptor, REFUSED } from './accept.js'
import { isUsualObject } from './convert.js'
import { finished, unknownObject } from './error-tree.js'
import { keyOf, settingsOf, type CompileOptions } from './settings.js'
import { createTransformer } from './transformer.js'
import { createEngine, type Validation } from './validate.js'

/** What a validation gives: the instance, and what is wrong with it. */
export interface Validated<T> {
  readonly value: T
  /** Empty if the value is right. */
  readonly errors: ValidationError[]
}

/** The transformation and validation of one class under one set of options, compiled. */
export interface CompiledValidator<T> {
  readonly target: Class<T>
  /** What class-transformer does by itself, and why; empty where everything is compiled. */
  readonly fallback: readonly string[]
  /** True if correct values take the short way: one pass over their keys. */
  readonly fused: boolean
  /**
   * Makes an instance and validates it.
   *
   * A list becomes a list of instances but is validated as the object that it should have been, and so are a missing
   * value (as an empty object) and a primitive.
   *
   * @param plain what came from outside
   * @returns instance and errors; a promise only if a rule answered with one
   * @throws {CorbelError} CORBEL_VALIDATION_DEPTH if it is nested too deeply
   */
  run(plain: unknown): MaybePromise<Validated<T>>
}

/**
 * Compiles what class-transformer's `plainToInstance` and class-validator's `validate` would do with a class, to
 * closures: the same instances, the same trees of errors.
 *
 * @param target a class with decorators; they must have been applied, which holds at boot
 * @param options of both libraries
 * @returns the validator
 * @example
 * const { value, errors } = await compileValidator(CreateUser, { whitelist: true }).run(JSON.parse(body))
 */
export function compileValidator<T>(target: Class<T>, options: CompileOptions = {}): CompiledValidator<T> {
  const settings = settingsOf(options)
  const transformer = createTransformer(settings)
  const engine = createEngine(settings)
  const transform = transformer.of(target)
  const rules = engine.rulesOf(target)
  const acceptor = compileAcceptor(target, transformer, engine, settings)

  function run(plain: unknown): MaybePromise<Validated<T>> {
    if (acceptor !== undefined && isUsualObject(plain)) {
      const instance = acceptor.accept(plain, 0)
      if (instance !== REFUSED) {
        if (acceptor.deferred.length === 0) return { value: instance as T, errors: [] }
        const errors: ValidationError[] = []
        const validation: Validation = { awaiting: undefined }
        for (const property of acceptor.deferred) {
          engine.validateProperty(property, instance, target.name, errors, validation, 0)
        }
        return conclude(instance, errors, validation)
      }
    }
    return runThoroughly(plain)
  }

  function runThoroughly(plain: unknown): MaybePromise<Validated<T>> {
    const value = transform.convert(plain ?? {}, 0)
    const errors: ValidationError[] = []
    const validation: Validation = { awaiting: undefined }
    if (typeof value === 'object' && value !== null) {
      engine.validateObject(rules, value, errors, validation, 0)
      return conclude(value, errors, validation)
    }
    // A primitive has none of the properties. If that breaks no rule, it is still not an object.
    const absent = Object.create(target.prototype as object) as object
    engine.validateObject(rules, absent, errors, validation, 0)
    const outcome = conclude(value, errors, validation)
    return outcome instanceof Promise ? outcome.then(refusePrimitive) : refusePrimitive(outcome)
  }

  function conclude(
    value: unknown,
    errors: ValidationError[],
    validation: Validation,
  ): MaybePromise<Validated<T>> {
    const { awaiting } = validation
    if (awaiting === undefined) return { value: value as T, errors: finished(errors) }
    return Promise.all(awaiting).then(() => ({ value: value as T, errors: finished(errors) }))
  }

  function refusePrimitive(outcome: Validated<T>): Validated<T> {
    if (outcome.errors.length > 0) return outcome
    return { value: outcome.value, errors: [unknownObject(settings, outcome.value as object)] }
  }

  return { target, fallback: transformer.fallback, fused: acceptor !== undefined, run }
}

const cache = new WeakMap<Class, Map<string, CompiledValidator<unknown>>>()

/**
 * Gives the validator of a class, compiled at the first call with these options.
 *
 * @param target a class with decorators
 * @param options of both libraries
 * @returns the same validator for equal options
 */
export function validatorFor<T>(target: Class<T>, options: CompileOptions = {}): CompiledValidator<T> {
  const key = keyOf(options)
  if (key === undefined) return compileValidator(target, options)
  let validators = cache.get(target)
  if (validators === undefined) cache.set(target, (validators = new Map()))
  let validator = validators.get(key)
  if (validator === undefined) validators.set(key, (validator = compileValidator(target, options)))
  return validator as CompiledValidator<T>
}
