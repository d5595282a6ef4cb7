import { instanceToPlain, type ClassTransformOptions } from 'class-transformer'
import type { ValidationError, ValidatorOptions } from 'class-validator'
import { isPromise, schemaOf, type Class, type MaybePromise, type StandardSchema } from '../common/index.js'
import { BootFailed } from '../di/index.js'
import {
  Describes,
  httpExceptionFor,
  placeOf,
  type ArgumentMetadata,
  type EnhancerNotes,
  type ExecutionContext,
  type ParamModel,
  type PipelineContext,
  type PipeTransform,
} from '../pipeline/index.js'
import { runByParts, type TransformerPackage, type ValidatorPackage } from './by-parts.js'
import { classValidator } from './class-validator.js'
import { validatorFor, type CompiledValidator, type Validated } from './compile.js'
import { DEFAULT_MAX_ERRORS, errorEntries, failuresOf, type ErrorEntry } from './error-entries.js'
import {
  DEFAULT_MAX_MESSAGES_LENGTH,
  dropParentValues,
  groupMessages,
  OMITTED_MESSAGE,
  withinLength,
  type ValidationErrorFormat,
} from './error-format.js'
import { expectObject } from './expect-object.js'
import { fromText } from './from-text.js'
import { statusOf } from './pipes/refusal.js'
import type { CompileOptions } from './settings.js'
import { convertPrimitive } from './primitives.js'
import { ruleSourceAt, bootProblems, type RuleSource } from './rule-source.js'
import { validateBySchema } from './standard-schema.js'
import { stripDangerousKeys } from './strip.js'
import { translateFailures, type Translate } from './translate.js'
import { noteValidator } from './validated-parameters.js'

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
  /** Items of one list that are followed. Default 100 000. */
  maxItems?: number
  /** Failures that are looked for and answered; there may be more. Default 100. */
  maxErrors?: number
  /** Lists messages (default), or groups them by the path of their property: `{ 'items.0.name': ['…'] }`. */
  errorFormat?: ValidationErrorFormat
  /** Characters of messages, with the paths of their properties, in an answer. Default 1 000 000. */
  maxErrorMessagesLength?: number
  /** Words what failed, in the language of the call. Asked for each failure, and only where one is told. */
  translate?: Translate
  /** Validates in the place of class-validator, as a fork of it does. Nothing is compiled then. */
  validatorPackage?: ValidatorPackage
  /** Makes instances in the place of class-transformer. Nothing is compiled then. */
  transformerPackage?: TransformerPackage
}

/** What a step of the pipe is called with: the value, and the call that it came with. */
export type ValidationStep = (value: unknown, context?: ExecutionContext) => unknown

/** Makes exceptions of what failed: of the tree of errors, and of the same as a list. */
export type ValidationExceptionFactory = (
  errors: ValidationError[],
  entries?: readonly ErrorEntry[],
) => unknown

/** What `validate` should know of an instance that it is called with. */
interface Validating {
  readonly source: RuleSource | undefined
  readonly call: PipelineContext | undefined
}

/**
 * Validates parameters by the decorators of their class, or by a Standard Schema.
 *
 * @example
 * app.useGlobalPipes(new ValidationPipe({ whitelist: true, transform: true }))
 */
export class ValidationPipe implements PipeTransform {
  // Fields for derived classes, which may read them, and set them in their constructor.
  /** The option `transform`. */
  protected isTransformEnabled: boolean
  /** The option `disableErrorMessages`. */
  protected isDetailedOutputDisabled: boolean
  /** Those of the options that are class-validator's. */
  protected validatorOptions: ValidatorOptions
  protected transformOptions: ClassTransformOptions | undefined
  /** The status of the answer. */
  protected errorHttpStatusCode: number
  protected expectedType: Class | undefined
  protected validateCustomDecorators: boolean
  protected errorFormat: ValidationErrorFormat
  /** Makes the exception of a tree of errors: the option, or what `createExceptionFactory` made. */
  protected exceptionFactory: ValidationExceptionFactory

  readonly #options: ValidationPipeOptions
  /** By the metadata that the pipeline made: a derived class may call `transform` for each request. */
  readonly #steps = new WeakMap<ArgumentMetadata, { readonly step: ValidationStep | undefined }>()
  /** Instances on their way through a `validate` that is overridden, with the rules of their place. */
  readonly #validating = new WeakMap<object, Validating>()

  /** @param options none validates, and hands on the value as it came */
  constructor(options: ValidationPipeOptions = {}) {
    this.#options = options
    const given = Object.entries(options).filter(([name]) => validatorOptions.has(name))
    this.isTransformEnabled = options.transform === true
    this.isDetailedOutputDisabled = options.disableErrorMessages === true
    this.validatorOptions = { forbidUnknownValues: false, ...Object.fromEntries(given) }
    this.transformOptions = options.transformOptions
    this.errorHttpStatusCode = options.errorHttpStatusCode ?? 400
    this.expectedType = options.expectedType
    this.validateCustomDecorators = options.validateCustomDecorators === true
    this.errorFormat = options.errorFormat ?? 'list'
    this.exceptionFactory = options.exceptionFactory ?? this.createExceptionFactory()
  }

  /** Makes what turns errors into the exception, where no option does. Override it for exceptions of your own. */
  createExceptionFactory(): ValidationExceptionFactory {
    const { maxErrors = DEFAULT_MAX_ERRORS, maxErrorMessagesLength = DEFAULT_MAX_MESSAGES_LENGTH } =
      this.#options
    const exception = httpExceptionFor(this.errorHttpStatusCode)
    return (all, entries = errorEntries(all, maxErrors)) => {
      if (this.isDetailedOutputDisabled) return exception()
      const { errors, isCut } = withinLength(all, maxErrorMessagesLength)
      const problem = { errors: isCut ? entries.slice(0, failuresOf(errors, maxErrors).length) : entries }
      if (this.errorFormat === 'grouped') {
        const groups = this.groupValidationErrors([...errors])
        if (isCut) groups['...'] = [OMITTED_MESSAGE]
        const { message: error, statusCode } = exception().getResponse() as Record<string, unknown>
        return exception({ message: groups, error, statusCode }, { problem })
      }
      const messages = this.flattenValidationErrors([...errors]).slice(0, maxErrors)
      if (isCut) messages.push(OMITTED_MESSAGE)
      return exception(messages, { problem })
    }
  }

  /**
   * Validates one value.
   *
   * @param value what came from outside
   * @param metadata of the parameter
   * @param context the call, for rules that live for a call and for translations
   * @returns the instance with `transform`, otherwise the value; a promise only if a rule is asynchronous
   * @throws {HttpException} 400 with all messages, or what `exceptionFactory` makes
   */
  transform(value: unknown, metadata: ArgumentMetadata, context?: ExecutionContext): unknown {
    const step = this.#stepFor(metadata)
    return step === undefined ? value : step(value, context)
  }

  /**
   * Compiles the step of one parameter.
   *
   * @param metadata of the parameter
   * @returns the step; undefined where there is nothing to validate and nothing to convert
   * @throws {BootFailed} CORBEL_VALIDATION_RULE_UNPROVIDED for rules that need what only a container can give,
   *   CORBEL_VALIDATION_TYPE_UNKNOWN for a `@Type` that names no class
   */
  prepare(metadata: ArgumentMetadata): ValidationStep | undefined {
    const metatype = this.expectedType ?? metadata.metatype
    const schema = this.#options.schema ?? schemaOf(metatype)
    if (schema !== undefined) {
      noteValidator(metadata, { class: undefined, schema: schema['~standard'].vendor })
      return this.conclude((value) => validateBySchema(schema, value), metadata)
    }
    if (metatype === undefined || !this.toValidate({ ...metadata, metatype }))
      return this.isTransformEnabled ? this.#primitive({ ...metadata, metatype }, metadata) : undefined
    const run = this.#runAt(metatype, metadata)
    if (!this.isTransformEnabled) return this.conclude(run, metadata, this.#original.bind(this))
    const read = this.#readsText(metadata) ? fromText(metatype) : undefined
    return this.conclude(read === undefined ? run : (value, call) => run(read(value), call), metadata)
  }

  /**
   * What documents should know of a parameter that it validates.
   *
   * @param param the parameter
   * @returns undefined where there is nothing to validate
   */
  notesOn({ type, metatype: declared }: ParamModel): EnhancerNotes | undefined {
    const { schema, exceptionFactory } = this.#options
    const { groups } = this.validatorOptions
    const metatype = this.expectedType ?? declared
    const own = schema ?? schemaOf(metatype)
    if (own === undefined && !this.toValidate({ type: type as ArgumentMetadata['type'], metatype }))
      return undefined
    const status =
      exceptionFactory === undefined ? this.errorHttpStatusCode : statusOf(() => exceptionFactory([]), 400)
    return {
      value: {
        type: schema ?? metatype,
        byRules: true,
        ...(groups !== undefined && { groups }),
      },
      responses: { [status]: 'What was sent is not valid.' },
    }
  }

  /**
   * Validates one instance; without an override, what is made of a parameter is validated while it is made.
   *
   * @param object an instance of the class of the parameter
   * @param options of class-validator
   * @returns what is wrong with it
   */
  protected validate(
    object: object,
    options: ValidatorOptions = this.validatorOptions,
  ): MaybePromise<ValidationError[]> {
    const { validatorPackage } = this.#options
    if (validatorPackage !== undefined) return validatorPackage.validate(object, options)
    const { source, call } = this.#validating.get(object) ?? {}
    const { check } = validatorFor(object.constructor as Class, this.#compileOptions(options), source)
    return check(object, call)
  }

  /** The messages of all errors, nested ones after the path of their property. Override it for other words. */
  protected flattenValidationErrors(errors: ValidationError[]): string[] {
    return errors
      .flatMap((error) => this.mapChildrenToValidationErrors(error))
      .flatMap(({ constraints }) => Object.values(constraints ?? {}))
  }

  /**
   * Lists an error and those below it.
   *
   * @param error of a tree
   * @param parentPath names of what it is in, with dots; none at the root
   */
  protected mapChildrenToValidationErrors(error: ValidationError, parentPath?: string): ValidationError[] {
    const { children = [], constraints, property } = error
    const isRoot = parentPath === undefined || parentPath === ''
    const own = isRoot ? error : this.prependConstraintsWithParentProp(parentPath, error)
    if (children.length === 0) return [own]
    const path = isRoot ? property : `${parentPath}.${property}`
    const below = children.flatMap((child) => this.mapChildrenToValidationErrors(child, path))
    return constraints === undefined ? below : [own, ...below]
  }

  /** Puts a path before the messages of an error: they begin with the name of its property. */
  protected prependConstraintsWithParentProp(parentPath: string, error: ValidationError): ValidationError {
    const entries = Object.entries(error.constraints ?? {})
    const constraints = Object.fromEntries(
      entries.map(([code, message]) => [code, `${parentPath}.${message}`]),
    )
    return Object.assign({}, error, { constraints })
  }

  /** The messages by the path of their property, for `errorFormat: 'grouped'`. */
  protected groupValidationErrors(errors: ValidationError[]): Record<string, string[]> {
    return groupMessages(errors)
  }

  /** Tells whether a parameter has a type to validate by. Override it to leave out more. */
  protected toValidate({ type, metatype }: ArgumentMetadata): boolean {
    if (type === 'custom' && !this.validateCustomDecorators) return false
    return !unvalidated.has(metatype)
  }

  /**
   * Converts a path or query parameter that is no object, with `transform`. Override it to convert in another way.
   *
   * @param value text, usually
   * @param metadata of the parameter
   */
  protected transformPrimitive(value: unknown, metadata: ArgumentMetadata): unknown {
    const convert = convertPrimitive(metadata)
    return convert === undefined ? value : convert(value)
  }

  /**
   * Compiles the conversion of path and query parameters that are no objects, with `transform`.
   *
   * @param declared the parameter with the type that counts
   * @param _metadata the parameter as the pipeline knows it
   */
  protected convertPrimitive(
    declared: ArgumentMetadata,
    _metadata: ArgumentMetadata,
  ): ValidationStep | undefined {
    return convertPrimitive(declared)
  }

  /**
   * Makes a step of a validation.
   *
   * @param validate gives value and errors
   * @param metadata of the parameter, whose name begins the paths of errors
   * @param choose what the handler gets of a right value; what the validator made of it, by default
   */
  protected conclude(
    validate: (value: unknown, call?: PipelineContext) => MaybePromise<Validated<unknown>>,
    metadata: ArgumentMetadata,
    choose: (validated: Validated<unknown>, given: unknown) => unknown = valueOf,
  ): ValidationStep {
    const base = typeof metadata.data === 'string' && metadata.type !== 'custom' ? [metadata.data] : []
    const decide = (validated: Validated<unknown>, given: unknown, call?: ExecutionContext): unknown => {
      if (validated.errors.length === 0) return choose(validated, given)
      const exception = this.#exceptionFor(validated.errors, base, call)
      if (isPromise(exception)) return exception.then(raise)
      throw exception
    }
    return (value, call) => {
      const outcome = validate(value, call as PipelineContext | undefined)
      return isPromise<Validated<unknown>>(outcome)
        ? outcome.then((validated) => decide(validated, value, call))
        : decide(outcome, value, call)
    }
  }

  #exceptionFor(errors: ValidationError[], base: readonly string[], call?: ExecutionContext): unknown {
    const { translate, exceptionFactory, maxErrors = DEFAULT_MAX_ERRORS } = this.#options
    if (this.validatorOptions.validationError?.value === undefined) dropParentValues(errors)
    if (translate !== undefined && !this.isDetailedOutputDisabled)
      translateFailures(failuresOf(errors, maxErrors, base), translate, call)
    // an option is called with the tree alone, as it expects
    if (exceptionFactory === this.exceptionFactory || this.isDetailedOutputDisabled)
      return this.exceptionFactory(errors)
    return this.exceptionFactory(errors, errorEntries(errors, maxErrors, base))
  }

  #primitive(declared: ArgumentMetadata, metadata: ArgumentMetadata): ValidationStep | undefined {
    return this.transformPrimitive === ValidationPipe.prototype.transformPrimitive
      ? this.convertPrimitive(declared, metadata)
      : (value) => this.transformPrimitive(value, declared)
  }

  #stepFor(metadata: ArgumentMetadata): ValidationStep | undefined {
    if (placeOf(metadata) === undefined) return this.prepare(metadata)
    let known = this.#steps.get(metadata)
    if (known === undefined) this.#steps.set(metadata, (known = { step: this.prepare(metadata) }))
    return known.step
  }

  /** Compiled, unless the application has a part in it. */
  #runAt(metatype: Class, metadata: ArgumentMetadata): CompiledValidator<unknown>['run'] {
    const place = placeOf(metadata)
    const problems = place === undefined ? [] : bootProblems(metatype, place.find)
    if (problems.length > 0) throw new BootFailed(problems)
    const source = place && ruleSourceAt(place)
    const validator = validatorFor<unknown>(metatype, this.#compileOptions(this.validatorOptions), source)
    const { hasRules } = validator
    const isStrict = this.validatorOptions.forbidUnknownValues === true
    if (this.#isCompiled()) {
      noteValidator(metadata, { class: metatype.name, validator })
      return expectObject(validator, metadata, isStrict)
    }
    noteValidator(metadata, { class: metatype.name, validator: { fused: false, fallback: [] } })
    const { transformerPackage } = this.#options
    const run = runByParts(metatype, {
      convert: (plain) => {
        if (transformerPackage === undefined) return validator.convert(plain)
        stripDangerousKeys(plain)
        return transformerPackage.plainToInstance(metatype, plain, this.transformOptions)
      },
      check: (instance, call) => {
        this.#validating.set(instance, { source, call })
        return this.validate(instance, this.#libraryOptions(this.validatorOptions))
      },
    })
    return expectObject({ run, hasRules }, metadata, isStrict)
  }

  #isCompiled(): boolean {
    const { validatorPackage, transformerPackage } = this.#options
    if (this.validate !== ValidationPipe.prototype.validate || transformerPackage !== undefined) return false
    return validatorPackage === undefined || validatorPackage.validate === classValidator().validate
  }

  #libraryOptions(options: ValidatorOptions): ValidatorOptions {
    // no target: it is the whole object, which an exception that shows the errors would repeat for each
    return { ...options, validationError: { target: false, ...options.validationError } }
  }

  #compileOptions(options: ValidatorOptions): CompileOptions {
    const { maxDepth, maxItems, maxErrors = DEFAULT_MAX_ERRORS, translate } = this.#options
    const given = Object.entries(options).filter(([name]) => validatorOptions.has(name))
    return {
      ...this.#libraryOptions(Object.fromEntries(given)),
      maxErrors,
      ...(maxDepth !== undefined && { maxDepth }),
      ...(maxItems !== undefined && { maxItems }),
      ...(this.transformOptions && { transformOptions: this.transformOptions }),
      ...(translate && { keepDetails: true }),
    }
  }

  /** Queries and paths are text; implicit conversion, where it is on, has its own idea of them. */
  #readsText({ type, data }: ArgumentMetadata): boolean {
    if (this.transformOptions?.enableImplicitConversion) return false
    return data === undefined && (type === 'query' || type === 'param')
  }

  /** Without transformation, whether the handler sees what the validator made of the value (as whitelist does). */
  #returnsPlain(): boolean {
    if (this.#options.enableDebugMessages !== undefined) return true
    return Object.keys(this.validatorOptions).some((name) => name !== 'forbidUnknownValues')
  }

  #original({ value }: Validated<unknown>, given: unknown): unknown {
    if (given === undefined || given === null) return given
    if (this.#returnsPlain()) {
      const { transformerPackage } = this.#options
      return transformerPackage === undefined
        ? instanceToPlain(value, this.transformOptions)
        : transformerPackage.classToPlain(value, this.transformOptions)
    }
    stripDangerousKeys(given)
    return given
  }
}
Describes(({ instance, param }) =>
  instance instanceof ValidationPipe && param !== undefined ? instance.notesOn(param) : undefined,
)(ValidationPipe)

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
] satisfies (keyof ValidationPipeOptions)[])

function valueOf({ value }: Validated<unknown>): unknown {
  return value
}

function raise(exception: unknown): never {
  throw exception
}
