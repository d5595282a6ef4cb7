import type { ValidationError } from 'class-validator'
import { isClass, isPromise, schemaOf, type Class, type MaybePromise } from '../common/index.js'
import type { PipelineContext } from '../pipeline/index.js'
import type { ReturnsDeclaration } from '../web/index.js'
import { errorEntries } from './error-entries.js'
import { finished } from './error-tree.js'
import { InputTooDeep } from './errors.js'
import { viewAs } from './response-view.js'
import type { RuleSource } from './rule-source.js'
import { settingsOf } from './settings.js'
import { validateBySchema } from './standard-schema.js'
import { createEngine, type Validation } from './validate.js'

/** What a result is, after it was looked at, and what is wrong with it. */
export interface Verdict {
  readonly value: unknown
  /** In words: `/lines/0/price (min): price must not be less than 0`. */
  readonly breaches: readonly string[]
}

/** Looks at a result; asynchronous only if a rule is. */
export type ResponseCheck = (value: unknown, call: PipelineContext) => MaybePromise<Verdict>

/** How results are looked at. */
export interface CheckOptions {
  /** Leaves out the properties about which the class declares nothing. */
  readonly strip: boolean
  /** Gives constraint classes that are providers. */
  readonly source: RuleSource | undefined
}

/** Breaches that are told. */
const MOST_BREACHES = 20

/** Levels that are followed: a result that refers to itself has no end. */
const MOST_LEVELS = 200

/**
 * Compiles what one `@Returns` says.
 *
 * @param declared class or schema, list or one, nullable or not
 * @param options see `CheckOptions`
 */
export function compileCheck(declared: ReturnsDeclaration, { strip, source }: CheckOptions): ResponseCheck {
  const { type, isList, nullable = false } = declared
  const schema = schemaOf(type)
  const options = { forbidUnknownValues: false, maxDepth: MOST_LEVELS, maxErrors: MOST_BREACHES }
  const { rulesOf, validateObject } = createEngine(settingsOf(options, source))

  const one: ResponseCheck = (given, call) => {
    if (given === undefined || given === null) return verdict(given, nullable ? [] : [`it is ${given}`])
    if (schema !== undefined) return bySchema(validateBySchema(schema, given), given)
    if (typeof given !== 'object' || Array.isArray(given))
      return verdict(given, [`it is ${Array.isArray(given) ? 'a list' : `a ${typeof given}`}`])
    return isClass(type) ? byRules(type, given, call) : verdict(given, [])
  }

  function byRules(target: Class, given: object, call: PipelineContext): MaybePromise<Verdict> {
    const object = viewAs(given, target, { rulesOf, strip }) as object
    const errors: ValidationError[] = []
    const validation: Validation = { awaiting: undefined, failures: 0, call }
    try {
      validateObject(rulesOf(target), object, errors, validation, 0)
    } catch (error) {
      if (!(error instanceof InputTooDeep)) throw error
      return verdict(given, [`it is nested more than ${MOST_LEVELS} levels deep, or refers to itself`])
    }
    const conclude = (): Verdict => verdict(strip ? object : given, worded(finished(errors)))
    return validation.awaiting === undefined ? conclude() : Promise.all(validation.awaiting).then(conclude)
  }

  function bySchema(outcome: ReturnType<typeof validateBySchema>, given: unknown): MaybePromise<Verdict> {
    const decide = ({ value, errors }: Awaited<typeof outcome>): Verdict =>
      verdict(strip && errors.length === 0 ? value : given, worded(errors))
    return isPromise<Awaited<typeof outcome>>(outcome) ? outcome.then(decide) : decide(outcome)
  }

  if (!isList) return one
  return (given, call) => {
    if (given === undefined || given === null) return one(given, call)
    if (!Array.isArray(given)) return verdict(given, ['it is no list'])
    const verdicts = given.map((item) => one(item, call))
    return verdicts.some(isPromise)
      ? Promise.all(verdicts.map((each) => Promise.resolve(each))).then(ofList)
      : ofList(verdicts as Verdict[])
  }
}

function verdict(value: unknown, breaches: readonly string[]): Verdict {
  return { value, breaches }
}

function worded(errors: readonly ValidationError[]): string[] {
  return errorEntries(errors, MOST_BREACHES).map(
    ({ path, code, messages }) => `${path} (${code}): ${messages.join(', ')}`,
  )
}

function ofList(verdicts: readonly Verdict[]): Verdict {
  const breaches = verdicts.flatMap((each, index) =>
    each.breaches.map((breach) => `/${index}${breach.startsWith('/') ? '' : ': '}${breach}`),
  )
  return verdict(
    verdicts.map(({ value }) => value),
    breaches.slice(0, MOST_BREACHES),
  )
}
