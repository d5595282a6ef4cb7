import { instanceToPlain, type ClassTransformOptions } from 'class-transformer'
import type { ValidationError, ValidatorOptions } from 'class-validator'
import { isPromise, type Class, type MaybePromise } from '../common/index.js'
import { httpExceptionFor, type ArgumentMetadata, type PipeTransform } from '../pipeline/index.js'
import { validatorFor, type Validated } from './compile.js'
import type { CompileOptions } from './settings.js'
import { flattenMessages } from './messages.js'
import { convertPrimitive } from './primitives.js'
import { isStandardSchema, validateBySchema, type StandardSchema } from './standard-schema.js'
import { stripDangerousKeys } from './strip.js'

/** How `ValidationPipe` validates, and what it answers. class-validator's own options are among them. */
export interface ValidationPipeOptions extends ValidatorOptions {
  /** Hands the instance to the handler, and converts primitives of path and query. Default false: the value as it came. */
  transform?: boolean
  /** Passed to the transformation into instances. */
  transformOptions?: ClassTransformOptions
  /** Answers without saying what was wrong. Default false. */
  disableErrorMessages?: boolean
  /** Status of the answer. Default 400. */
  errorHttpStatusCode?: number
  /** Makes the exception, instead of one with `message: string[]`. */
  exceptionFactory?: (errors: ValidationError[]) => unknown
  /** Also validates parameters of the application's own decorators. Default false. */
  validateCustomDecorators?: boolean
  /** Validates as this class, whatever the parameter declares. */
  expectedType?: Class
  /** Validates with this schema, whatever the parameter declares. */
  schema?: StandardSchema
  /** Levels of nesting that are followed. Default 64. */
  maxDepth?: number
}

/**
 * Validates parameters by the decorators of their class, or by a Standard Schema.
 *
 * @example
 * app.useGlobalPipes(new ValidationPipe({ whitelist: true, transform: true }))
 */
export class ValidationPipe implements PipeTransform {
  readonly #options: ValidationPipeOptions
  readonly #validator: CompileOptions
  readonly #refuse: (errors: ValidationError[]) => unknown
  /** Without transformation, whether the handler sees what the validator made of the value (as whitelist does). */
  readonly #returnsPlain: boolean

  /** @param options none validates, and hands on the value as it came */
  constructor(options: ValidationPipeOptions = {}) {
    this.#options = options
    const { disableErrorMessages, errorHttpStatusCode = 400, exceptionFactory } = options
    const given = Object.entries(options).filter(([name]) => validatorOptions.has(name))
    this.#validator = { forbidUnknownValues: false, ...Object.fromEntries(given) }
    this.#returnsPlain = given.length > 0
    const exception = httpExceptionFor(errorHttpStatusCode)
    this.#refuse =
      exceptionFactory ?? ((errors) => exception(disableErrorMessages ? undefined : flattenMessages(errors)))
  }

  /**
   * Validates one value.
   *
   * @param value what came from outside
   * @param metadata of the parameter
   * @returns the instance with `transform`, otherwise the value; a promise only if a rule is asynchronous
   * @throws {HttpException} 400 with all messages, or what `exceptionFactory` makes
   */
  transform(value: unknown, metadata: ArgumentMetadata): unknown {
    const step = this.prepare(metadata)
    return step === undefined ? value : step(value)
  }

  /**
   * Compiles the step of one parameter.
   *
   * @param metadata of the parameter
   * @returns the step; undefined where there is nothing to validate and nothing to convert
   */
  prepare(metadata: ArgumentMetadata): ((value: unknown) => unknown) | undefined {
    const { schema, expectedType, transform, transformOptions } = this.#options
    const metatype = expectedType ?? metadata.metatype
    if (schema !== undefined) return this.#conclude((value) => validateBySchema(schema, value), valueOf)
    if (isStandardSchema(metatype))
      return this.#conclude((value) => validateBySchema(metatype, value), valueOf)
    if (metatype === undefined || !this.#validates({ ...metadata, metatype })) {
      return transform ? convertPrimitive({ ...metadata, metatype }) : undefined
    }
    const { run } = validatorFor(metatype, {
      ...this.#validator,
      ...(transformOptions && { transformOptions }),
    })
    return this.#conclude(run, transform ? valueOf : this.#original.bind(this))
  }

  #validates({ type, metatype }: ArgumentMetadata): boolean {
    if (type === 'custom' && !this.#options.validateCustomDecorators) return false
    return !unvalidated.has(metatype)
  }

  #conclude(
    validate: (value: unknown) => MaybePromise<Validated<unknown>>,
    choose: (validated: Validated<unknown>, given: unknown) => unknown,
  ): (value: unknown) => unknown {
    const decide = (validated: Validated<unknown>, given: unknown): unknown => {
      if (validated.errors.length === 0) return choose(validated, given)
      const exception = this.#refuse(validated.errors)
      if (isPromise(exception)) return exception.then(raise)
      throw exception
    }
    return (value) => {
      const outcome = validate(value)
      return isPromise<Validated<unknown>>(outcome)
        ? outcome.then((validated) => decide(validated, value))
        : decide(outcome, value)
    }
  }

  #original({ value }: Validated<unknown>, given: unknown): unknown {
    if (given === undefined || given === null) return given
    if (this.#returnsPlain) return instanceToPlain(value, this.#options.transformOptions)
    stripDangerousKeys(given)
    return given
  }
}

const unvalidated = new Set<unknown>([undefined, null, String, Boolean, Number, Array, Object, Date])
if (typeof Buffer !== 'undefined') unvalidated.add(Buffer)

const validatorOptions = new Set<string>([
  'skipUndefinedProperties',
  'skipNullProperties',
  'skipMissingProperties',
  'whitelist',
  'forbidNonWhitelisted',
  'groups',
  'always',
  'strictGroups',
  'dismissDefaultMessages',
  'validationError',
  'forbidUnknownValues',
  'stopAtFirstError',
  'maxDepth',
] satisfies (keyof ValidationPipeOptions)[])

function valueOf({ value }: Validated<unknown>): unknown {
  return value
}

function raise(exception: unknown): never {
  throw exception
}
