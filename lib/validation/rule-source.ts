import { isPromise, type Class, type MaybePromise } from '../common/index.js'
import { propertyDependencies, type ProviderRecord } from '../di/index.js'
import { constructorOwner } from '../metadata/index.js'
import type { PipelineContext, PipePlace } from '../pipeline/index.js'
import { classValidator } from './class-validator.js'
import { RuleUnprovided } from './errors.js'
import { classesBelow } from './classes-below.js'
import type { Constraint } from './rules.js'
import { ruleRecords } from './rule-records.js'
import { unknownTypes } from './unknown-types.js'

/** Gives the object of a constraint class for a call; at once unless it lives for a call and is built asynchronously. */
export type ConstraintGetter = (call: PipelineContext | undefined) => MaybePromise<Constraint>

/** Where constraint classes that are providers get their instances. One per module: applications do not mix. */
export interface RuleSource {
  /** @returns undefined for classes that class-validator makes itself */
  getterOf(constraint: Class): ConstraintGetter | undefined
}

/** Where rules are asked for: at a parameter, or at a result. */
export type RulePlace = Pick<PipePlace, 'endpoint' | 'find' | 'injector' | 'records'>

const sources = new WeakMap<object, RuleSource | undefined>()

/**
 * Gives the rules that the application around a parameter or a result provides.
 *
 * @param place of it
 * @returns undefined where no constraint class is a provider, so that compiled validators can be shared
 */
export function ruleSourceAt(place: RulePlace): RuleSource | undefined {
  const { module } = place.endpoint
  if (!sources.has(module)) sources.set(module, makeSource(place))
  return sources.get(module)
}

function makeSource({ find, injector, records }: RulePlace): RuleSource | undefined {
  if (![...records()].some(({ token }) => isConstraint(token))) return undefined
  return {
    getterOf(constraint) {
      const record = find(constraint)
      if (record === undefined) return undefined
      const keep = record.isStatic && !record.isTransient
      let kept: Constraint | undefined
      return (call) => {
        if (kept !== undefined) return kept
        const instance = injector.resolve(record, call?.scope) as MaybePromise<Constraint>
        if (keep && !isPromise(instance)) kept = instance
        return instance
      }
    },
  }
}

function isConstraint(token: unknown): boolean {
  if (typeof token !== 'function') return false
  return classValidator().getMetadataStorage().getTargetValidatorConstraints(token).length > 0
}

/**
 * Finds what is wrong with a class before any value of it comes.
 *
 * @param target a class with rules
 * @param find the provider of a constraint class
 * @returns CORBEL_VALIDATION_RULE_UNPROVIDED, CORBEL_VALIDATION_TYPE_UNKNOWN, one for each place
 */
export function bootProblems(
  target: Class,
  find: (constraint: Class) => ProviderRecord | undefined,
): Error[] {
  return [...unprovidedRules(target, find), ...unknownTypes(target)]
}

/**
 * Finds the rules of a class, and of what is nested in it, that need a container but are no providers.
 *
 * @param target a class with rules
 * @param find the provider of a constraint class
 * @returns one error each
 */
function unprovidedRules(target: Class, find: (constraint: Class) => ProviderRecord | undefined): Error[] {
  const missing = new Map<Class, Error>()
  for (const type of classesBelow(target)) {
    for (const { constraintCls, propertyName } of ruleRecords(type)) {
      const rule = constraintCls as Class | undefined
      if (rule === undefined || missing.has(rule) || !hasDependencies(rule) || find(rule) !== undefined)
        continue
      missing.set(rule, new RuleUnprovided({ rule: rule.name, property: `${type.name}.${propertyName}` }))
    }
  }
  return [...missing.values()]
}

function hasDependencies(rule: Class): boolean {
  return constructorOwner(rule).length > 0 || propertyDependencies(rule).length > 0
}
