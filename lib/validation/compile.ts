import type { ValidationError } from 'class-validator'
import type { Class, MaybePromise } from '../common/index.js'
import type { PipelineContext } from '../pipeline/index.js'
import { compileAcceptor, isPrototypeOpen } from './accept.js'
import { classesBelow } from './classes-below.js'
import { isBinary, type PlainObject } from './convert.js'
import { finished, unknownObject } from './error-tree.js'
import { REFUSED } from './refused.js'
import type { RuleSource } from './rule-source.js'
import { keyOf, settingsOf, type CompileOptions } from './settings.js'
import { createTransformer } from './transformer.js'
import { beginValidation, createEngine, type Validation } from './validate.js'

/** What a validation gives: the instance, and what is wrong with it. */
export interface Validated<T> {
  readonly value: T
  /** Empty if the value is right. */
  readonly errors: ValidationError[]
}

/** The transformation and validation of one class under one set of options, compiled. */
export interface CompiledValidator<T> {
  readonly target: Class<T>
  /** What class-transformer does by itself, and why: options, and properties of this class and of those below it. */
  readonly fallback: readonly string[]
  /** True if correct values take the short way: one pass over their keys. */
  readonly fused: boolean
  /** False for a class about which nothing is declared, under these options. */
  readonly hasRules: boolean
  /**
   * Makes an instance and validates it.
   *
   * A list becomes a list of instances but is validated as the object that it should have been, and so are a missing
   * value (as an empty object), a primitive and bytes.
   *
   * @param plain what came from outside
   * @param call that it came with: constraint classes that live for a call belong to it
   * @returns instance and errors; a promise only if a rule answered with one
   * @throws {CorbelError} CORBEL_VALIDATION_DEPTH if it is nested too deeply, CORBEL_VALIDATION_SIZE if a list is too long
   */
  run(plain: unknown, call?: PipelineContext): MaybePromise<Validated<T>>
  /**
   * The first half of `run`: makes an instance.
   *
   * @param plain what came from outside
   */
  convert(plain: unknown): unknown
  /**
   * The second half of `run`: validates an instance.
   *
   * @param instance changed where the options say so (`whitelist`)
   * @param call that it came with
   */
  check(instance: object, call?: PipelineContext): MaybePromise<ValidationError[]>
}

/**
 * Compiles what class-transformer's `plainToInstance` and class-validator's `validate` would do with a class, to
 * closures: the same instances, the same trees of errors.
 *
 * @param target a class with decorators; they must have been applied, which holds at boot
 * @param options of both libraries
 * @param source of constraint classes that are providers
 * @returns the validator
 * @example
 * const { value, errors } = await compileValidator(CreateUser, { whitelist: true }).run(JSON.parse(body))
 */
export function compileValidator<T>(
  target: Class<T>,
  options: CompileOptions = {},
  source?: RuleSource,
): CompiledValidator<T> {
  const settings = settingsOf(options, source)
  const transformer = createTransformer(settings)
  const engine = createEngine(settings)
  const transform = transformer.of(target)
  const rules = engine.rulesOf(target)
  const acceptor = compileAcceptor(target, transformer, engine, settings)

  function run(plain: unknown, call?: PipelineContext): MaybePromise<Validated<T>> {
    if (acceptor !== undefined && typeof plain === 'object' && plain !== null && !isPrototypeOpen()) {
      const instance = acceptor.accept(plain as PlainObject, 0)
      if (instance !== REFUSED) {
        if (acceptor.deferred.length === 0) return { value: instance as T, errors: [] }
        const errors: ValidationError[] = []
        const validation = beginValidation(call)
        for (const property of acceptor.deferred) {
          engine.validateProperty(property, instance, target.name, errors, validation, 0)
        }
        return conclude(instance, errors, validation)
      }
    }
    return runThoroughly(plain, call)
  }

  function runThoroughly(plain: unknown, call: PipelineContext | undefined): MaybePromise<Validated<T>> {
    const value = transform.convert(plain ?? {}, 0)
    const errors: ValidationError[] = []
    const validation = beginValidation(call)
    if (typeof value === 'object' && value !== null && !isBinary(value)) {
      engine.validateObject(rules, value, errors, validation, 0)
      return conclude(value, errors, validation)
    }
    // A primitive has none of the properties, nor have bytes. If that breaks no rule, it is still not an object.
    const absent = Object.create(target.prototype as object) as object
    engine.validateObject(rules, absent, errors, validation, 0)
    const outcome = conclude(value, errors, validation)
    return outcome instanceof Promise ? outcome.then(refusePrimitive) : refusePrimitive(outcome)
  }

  function check(instance: object, call?: PipelineContext): MaybePromise<ValidationError[]> {
    const errors: ValidationError[] = []
    const validation = beginValidation(call)
    engine.validateObject(rules, instance, errors, validation, 0)
    const outcome = conclude(instance, errors, validation)
    return outcome instanceof Promise ? outcome.then(errorsOf) : errorsOf(outcome)
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

  return {
    target,
    // asked for by descriptions alone, which may take the time to compile what no request has needed yet
    get fallback() {
      const properties = [...classesBelow(target)].flatMap((type) => transformer.of(type).library)
      return [...transformer.fallback, ...properties]
    },
    fused: acceptor !== undefined,
    hasRules: rules.properties.length > 0,
    run,
    convert: (plain) => transform.convert(plain ?? {}, 0),
    check,
  }
}

function errorsOf({ errors }: Validated<unknown>): ValidationError[] {
  return errors
}

type Cache = WeakMap<Class, Map<string, CompiledValidator<unknown>>>

const shared: Cache = new WeakMap()
const bySource = new WeakMap<RuleSource, Cache>()

/**
 * Gives the validator of a class, compiled at the first call with these options.
 *
 * @param target a class with decorators
 * @param options of both libraries
 * @param source of constraint classes that are providers; validators of different sources are different
 * @returns the same validator for equal options
 */
export function validatorFor<T>(
  target: Class<T>,
  options: CompileOptions = {},
  source?: RuleSource,
): CompiledValidator<T> {
  const key = keyOf(options)
  if (key === undefined) return compileValidator(target, options, source)
  const cache = source === undefined ? shared : cacheOf(source)
  let validators = cache.get(target)
  if (validators === undefined) cache.set(target, (validators = new Map()))
  let validator = validators.get(key)
  if (validator === undefined) validators.set(key, (validator = compileValidator(target, options, source)))
  return validator as CompiledValidator<T>
}

function cacheOf(source: RuleSource): Cache {
  let cache = bySource.get(source)
  if (cache === undefined) bySource.set(source, (cache = new WeakMap()))
  return cache
}
