import { schemaOf, type Class } from '../common/index.js'
import type { AppModel, Feature } from '../core/index.js'
import { nearestProvider, placeOf, type ArgumentMetadata, type EndpointModel } from '../pipeline/index.js'
import { hasRules } from './class-validator.js'
import { ruleRecords } from './rule-records.js'
import type { Validated } from './compile.js'
import { openError } from './error-tree.js'
import { ValidationPipe, type ValidationPipeOptions, type ValidationStep } from './pipe.js'
import { strictReader, type StrictReader } from './primitives.js'
import { bootProblems } from './rule-source.js'
import { settingsOf } from './settings.js'
import { untypedNesting } from './untyped-nesting.js'
import { describeParameters, type ParameterDescription } from './validated-parameters.js'

/**
 * Stands in front of every parameter that has no ValidationPipe of the application's own. Leaves classes without any
 * rule alone: they were not written to be validated.
 */
class DefaultValidationPipe extends ValidationPipe {
  override prepare(metadata: ArgumentMetadata): ValidationStep | undefined {
    const { metatype } = metadata
    if (metatype === undefined) return undefined
    return isRuled(metatype) || schemaOf(metatype) !== undefined || strictReader(metadata) !== undefined
      ? super.prepare(metadata)
      : undefined
  }

  /** Nobody else reads the parameter: then what does not read as its type is refused, instead of being handed on. */
  protected override convertPrimitive(
    declared: ArgumentMetadata,
    metadata: ArgumentMetadata,
  ): ValidationStep | undefined {
    const reader = placeOf(metadata)?.isAlone === true ? strictReader(declared) : undefined
    if (reader === undefined) return undefined
    // the error is about the parameter by its name: there is nothing in front of it
    return this.conclude((value) => readStrictly(reader, metadata.data!, value), { type: metadata.type })
  }
}

const PLAIN = settingsOf({})

function readStrictly(reader: StrictReader, name: string, given: unknown): Validated<unknown> {
  const value = given === undefined ? undefined : reader.read(given)
  if (value === undefined || reader.accepts(value)) return { value, errors: [] }
  const error = openError(PLAIN, {}, given, name)
  error.constraints = { [reader.rule]: `${name} must be ${reader.expected}` }
  return { value, errors: [error] }
}

function isRuled(type: Class): boolean {
  if (!hasRules() || typeof type !== 'function') return false
  return ruleRecords(type).length > 0
}

/**
 * Validates every parameter whose class has rules, without the application asking for it: the handler gets an instance
 * that has only properties with rules.
 *
 * @param options of the pipe; `{ transform: true, whitelist: true }` by default
 */
export function validationFeature(options: ValidationPipeOptions = {}): Feature {
  const warnings = new Set<string>()
  return {
    name: 'validation',
    configure(build) {
      build.useDefaultPipe(
        new DefaultValidationPipe({ transform: true, whitelist: true, ...options }),
        ValidationPipe,
      )
    },
    check(model) {
      const implicit = options.transformOptions?.enableImplicitConversion === true
      const problems = new Map<string, Error>()
      for (const [type, endpoint] of ruledParameters(model)) {
        const find = (rule: Class) => nearestProvider(rule, endpoint.module, model.graph.records())
        for (const problem of bootProblems(type, find)) problems.set(problem.message, problem)
        for (const warning of untypedNesting(type, implicit)) warnings.add(warning)
      }
      problems.forEach((problem) => model.report(problem))
    },
    describe(endpoint) {
      const validation = describeParameters(endpoint)
      return validation && { validation, notes: validation.flatMap(fallbackNote) }
    },
    start({ logger }) {
      for (const warning of warnings) logger.warn?.(warning, 'Validation')
    },
  }
}

/** The classes with rules that parameters are declared with, each once per module. */
function ruledParameters(model: AppModel): Iterable<readonly [Class, EndpointModel]> {
  const found = new Map<string, readonly [Class, EndpointModel]>()
  const ids = new Map<Class, number>()
  for (const endpoint of model.endpoints) {
    for (const { metatype } of endpoint.params) {
      if (metatype === undefined || !isRuled(metatype)) continue
      if (!ids.has(metatype)) ids.set(metatype, ids.size)
      found.set(`${endpoint.module.id} ${ids.get(metatype)}`, [metatype, endpoint])
    }
  }
  return found.values()
}

function fallbackNote({ parameter, fallback = [] }: ParameterDescription): string[] {
  return fallback.length === 0 ? [] : [`[${parameter}] left to class-transformer: ${fallback.join(', ')}`]
}
