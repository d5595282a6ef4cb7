import type { ClassTransformOptions } from 'class-transformer'
import type { ValidatorOptions } from 'class-validator'
import type { RuleSource } from './rule-source.js'

/** What a compiled validator can be told: class-validator's options, class-transformer's options, and a bound. */
export interface CompileOptions extends ValidatorOptions {
  /** Passed to the transformation of plain values into instances. */
  transformOptions?: ClassTransformOptions
  /** Levels of nesting that are followed; deeper values are refused with CORBEL_VALIDATION_DEPTH. Default 64. */
  maxDepth?: number
  /** Items of one list that are followed; longer ones are refused with CORBEL_VALIDATION_SIZE. Default 100 000. */
  maxItems?: number
  /** Failures after which no further property is looked at. Default: all are found, as class-validator does. */
  maxErrors?: number
  /** Notes what the rules that failed were called with. Default false. */
  keepDetails?: boolean
}

/** Options with every default filled in, in the form in which the compiled closures ask for them. */
export interface Settings {
  readonly groups: string[] | undefined
  readonly always: boolean
  readonly strictGroups: boolean
  readonly whitelist: boolean
  readonly forbidNonWhitelisted: boolean
  readonly forbidUnknownValues: boolean
  readonly skipUndefined: boolean
  readonly skipNull: boolean
  readonly stopAtFirstError: boolean
  readonly dismissDefaultMessages: boolean
  readonly showTarget: boolean
  readonly showValue: boolean
  readonly maxDepth: number
  readonly maxItems: number
  readonly maxErrors: number
  readonly keepDetails: boolean
  /** Gives the instances of constraint classes; undefined leaves all of them to class-validator. */
  readonly source: RuleSource | undefined
  /** Complete, because `@Transform` functions are handed these options. */
  readonly transform: ClassTransformOptions
}

/** Levels of nesting that a validator follows unless told otherwise. */
export const DEFAULT_MAX_DEPTH = 64

/** Items of one list that a validator follows unless told otherwise. */
export const DEFAULT_MAX_ITEMS = 100_000

/**
 * Fills in the defaults, which are those of the two libraries.
 *
 * @param options as the application wrote them
 * @param source of constraint classes that are providers
 * @returns all settings
 */
export function settingsOf(options: CompileOptions, source?: RuleSource): Settings {
  const skipMissing = options.skipMissingProperties === true
  const shown = options.validationError
  return {
    groups: options.groups,
    always: options.always ?? false,
    strictGroups: options.strictGroups ?? false,
    whitelist: options.whitelist ?? false,
    forbidNonWhitelisted: options.forbidNonWhitelisted ?? false,
    forbidUnknownValues: options.forbidUnknownValues !== false,
    skipUndefined: skipMissing || options.skipUndefinedProperties === true,
    skipNull: skipMissing || options.skipNullProperties === true,
    stopAtFirstError: options.stopAtFirstError ?? false,
    dismissDefaultMessages: options.dismissDefaultMessages ?? false,
    showTarget: shown?.target === undefined || shown.target,
    showValue: shown?.value === undefined || shown.value,
    maxDepth: options.maxDepth ?? DEFAULT_MAX_DEPTH,
    maxItems: options.maxItems ?? DEFAULT_MAX_ITEMS,
    maxErrors: options.maxErrors ?? Infinity,
    keepDetails: options.keepDetails ?? false,
    source,
    transform: {
      enableCircularCheck: false,
      enableImplicitConversion: false,
      excludeExtraneousValues: false,
      excludePrefixes: undefined,
      exposeDefaultValues: false,
      exposeUnsetFields: true,
      groups: undefined,
      ignoreDecorators: false,
      strategy: undefined,
      targetMaps: undefined,
      version: undefined,
      ...options.transformOptions,
    },
  }
}

/**
 * Gives options a name by which validators are cached.
 *
 * @param options as the application wrote them
 * @returns equal text for equal options; undefined where they hold classes, which have no text
 */
export function keyOf(options: CompileOptions): string | undefined {
  if (options.transformOptions?.targetMaps !== undefined) return undefined
  return JSON.stringify(options, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
}
