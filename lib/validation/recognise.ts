import type { ValidationArguments, ValidationOptions } from 'class-validator'
import { classValidator } from './class-validator.js'
import { joinCertainties, type Certainty } from './certainty.js'
import type { Constraint, RuleMetadata } from './rules.js'
import { ownRules, type OwnRule } from './own-rules.js'

/** A check that needs nothing but the value: it may run before the instance is complete, and more than once. */
export type ValueCheck = (value: unknown) => boolean

/** A rule of class-validator's own. */
export interface PureRule {
  /** class-validator's check itself. */
  readonly exact: ValueCheck
  /** Accepts the usual values without it; `exact` again where there is nothing cheaper. */
  readonly certain: Certainty
}

/**
 * Tells whether a rule is class-validator's own rather than one of the application's under the same name.
 *
 * Both are registered in the same way, wrapped in a class whose code says nothing. So both are observed at work: the
 * library's rule, applied to a class of ours, and the rule in question are called with a value and arguments that note
 * from which place in the code they are read. The same places mean the same code. A rule that reads nothing observable
 * (`isInt`) must at least describe itself in the same words; it is then called as it is, only without arguments made
 * for each call.
 *
 * @param metadata the decorator's record
 * @param registered the constraint class behind it
 * @returns its checks, or undefined for rules of unknown origin, which need the whole object and run once
 */
export function recognise(
  metadata: RuleMetadata,
  registered: { readonly name: string; readonly async: boolean; readonly instance: Constraint },
): PureRule | undefined {
  const known = ownRules().get(registered.name)
  if (known === undefined || registered.async || metadata.validateIf !== undefined) return undefined
  const reference = referenceFor(registered.name, known, metadata.each ?? false)
  const constraint = registered.instance
  const constraints = metadata.constraints as readonly unknown[] | undefined
  if (describe(reference, constraints) !== describe(constraint, constraints)) return undefined
  const places = observe(reference, constraints)
  if (places !== observe(constraint, constraints)) return undefined
  const exact = calling(constraint, metadata)
  // without a place in common the rule is only called as the library's, never replaced
  const certain = places === '' ? undefined : known.certain?.(constraints ?? [])
  if (!metadata.each) return { exact, certain: certain ?? { test: exact } }
  const each = forEach(certain === undefined ? exact : joinCertainties([certain]))
  return { exact: forEach(exact), certain: { test: each } }
}

const references = new Map<string, Constraint>()

function referenceFor(name: string, known: OwnRule, each: boolean): Constraint {
  const key = `${name}:${each}`
  let reference = references.get(key)
  if (reference === undefined) {
    class Reference {}
    known.decorate({ each } satisfies ValidationOptions)(Reference.prototype, name)
    const storage = classValidator().getMetadataStorage()
    const [metadata] = storage.getTargetValidationMetadatas(Reference, '', false, false)
    reference = storage.getTargetValidatorConstraints(metadata!.constraintCls)[0]!.instance
    references.set(key, reference)
  }
  return reference
}

function describe(constraint: Constraint, constraints: readonly unknown[] | undefined): string | undefined {
  const args = {
    targetName: '',
    property: '',
    object: {},
    value: undefined,
    constraints: constraints as unknown[],
  }
  try {
    return constraint.defaultMessage?.(args)
  } catch {
    return undefined
  }
}

/** Calls a rule and lists the places in the code from which it read what it was given. */
function observe(constraint: Constraint, constraints: readonly unknown[] | undefined): string {
  const places: string[] = []
  let depth = 0
  const note = (): void => void places.push(...stack().slice(1, -depth))
  const value = new Proxy(
    {},
    {
      getPrototypeOf() {
        note()
        return Object.prototype
      },
    },
  )
  const args = new Proxy({ constraints } as ValidationArguments, {
    get(target, key) {
      // anything else than the constraints is read by no rule of the library: such a place matches none
      note()
      return Reflect.get(target, key) as unknown
    },
  })
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = Infinity
  try {
    depth = stack().length
    void constraint.validate(value, args)
  } catch {
    // a value of an unexpected kind may well be too much for a rule; what it read until then counts
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
  return places.join('\n')
}

function stack(): string[] {
  const { prepareStackTrace } = Error
  try {
    Error.prepareStackTrace = (_error, sites) =>
      sites.map((site) => `${site.getFileName()}:${site.getLineNumber()}:${site.getColumnNumber()}`)
    const holder: { stack?: string[] } = {}
    Error.captureStackTrace(holder, stack)
    return Array.isArray(holder.stack) ? holder.stack : []
  } finally {
    Error.prepareStackTrace = prepareStackTrace
  }
}

function calling(constraint: Constraint, metadata: RuleMetadata): ValueCheck {
  const args: ValidationArguments = {
    targetName: '',
    property: metadata.propertyName,
    object: {},
    value: undefined,
    constraints: metadata.constraints as unknown[],
  }
  return (value) => Boolean(constraint.validate(value, args))
}

function forEach(check: ValueCheck): ValueCheck {
  return (value) => {
    if (Array.isArray(value)) return value.every(check)
    if (value instanceof Set || value instanceof Map) return [...value.values()].every(check)
    return check(value)
  }
}
