import type { ClassTransformOptions } from 'class-transformer'
import type { ValidationError, ValidatorOptions } from 'class-validator'
import { isPromise, type Class, type MaybePromise } from '../common/index.js'
import type { PipelineContext } from '../pipeline/index.js'
import type { CompiledValidator, Validated } from './compile.js'
import { isBinary } from './convert.js'

/** What stands in for class-validator: a fork of it, or whatever validates instances. */
export interface ValidatorPackage {
  /**
   * @param object an instance
   * @param options of class-validator
   * @returns what is wrong with it
   */
  validate(object: object, options?: ValidatorOptions): MaybePromise<ValidationError[]>
}

/** What stands in for class-transformer. */
export interface TransformerPackage {
  /** Makes an instance of what came from outside. */
  plainToInstance(target: Class, plain: unknown, options?: ClassTransformOptions): unknown
  /** Makes it plain again, for handlers that do not want an instance. */
  classToPlain(object: unknown, options?: ClassTransformOptions): unknown
}

/** The two halves of a validation, for pipes of which an application has replaced one. */
export interface ValidationParts {
  /** Makes the instance. */
  convert(plain: unknown): unknown
  /** Tells what is wrong with it. */
  check(instance: object, call: PipelineContext | undefined): MaybePromise<ValidationError[]>
}

/**
 * Puts the two halves of a validation together.
 *
 * @param target the class; what is no object is validated as an instance without properties
 * @param parts of which at least one is the application's
 */
export function runByParts(
  target: Class,
  { convert, check }: ValidationParts,
): CompiledValidator<unknown>['run'] {
  return (plain, call): MaybePromise<Validated<unknown>> => {
    const value = convert(plain ?? {})
    const errors = check(
      isObject(value) ? value : (Object.create(target.prototype as object) as object),
      call,
    )
    return isPromise<ValidationError[]>(errors)
      ? errors.then((found) => ({ value, errors: found }))
      : { value, errors }
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isBinary(value)
}
