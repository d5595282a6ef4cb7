import type { ValidationArguments, ValidationError } from 'class-validator'
import { isPromise, type Class, type MaybePromise } from '../common/index.js'
import type { PipelineContext } from '../pipeline/index.js'
import { checkDepth, isBinary } from './convert.js'
import {
  addContext,
  addContexts,
  forbiddenProperty,
  messageOf,
  openError,
  unknownObject,
  type OpenError,
} from './error-tree.js'
import { keepDetails } from './failure-details.js'
import {
  rulesOf,
  typeOf,
  type ClassRules,
  type Constraint,
  type PropertyRules,
  type Rule,
  type RuleMetadata,
} from './rules.js'
import type { Settings } from './settings.js'

/** One validation under way. */
export interface Validation {
  /** The checks that have not answered yet. */
  awaiting: Promise<void>[] | undefined
  /** How many rules have failed so far. */
  failures: number
  /** The call that it serves, whose providers rules may need. */
  readonly call: PipelineContext | undefined
}

/** Validates instances by compiled rules, with class-validator's results. */
export interface ValidationEngine {
  /** The rules of a class; collected at the first call. */
  rulesOf(target: Class): ClassRules
  /** Validates an object by the rules of a class and adds to `errors`. */
  validateObject(
    rules: ClassRules,
    object: object,
    errors: ValidationError[],
    validation: Validation,
    depth: number,
  ): void
  /** Validates one property and adds to `errors`. */
  validateProperty(
    rules: PropertyRules,
    object: object,
    targetName: string,
    errors: ValidationError[],
    validation: Validation,
    depth: number,
  ): void
}

/**
 * Makes the engine that compiled validators share.
 *
 * @param settings options
 * @returns an engine without any rules yet
 */
export function createEngine(settings: Settings): ValidationEngine {
  const collected = new Map<Class, ClassRules>()

  function rules(target: Class): ClassRules {
    let found = collected.get(target)
    if (found === undefined) collected.set(target, (found = rulesOf(target, settings)))
    return found
  }

  function validateObject(
    rules: ClassRules,
    object: object,
    errors: ValidationError[],
    validation: Validation,
    depth: number,
  ): void {
    checkDepth(depth, settings)
    if (rules.properties.length === 0 && settings.forbidUnknownValues) {
      errors.push(unknownObject(settings, object))
      validation.failures++
      return
    }
    if (settings.whitelist) applyWhitelist(rules, object, errors, validation)
    for (const property of rules.properties) {
      if (validation.failures >= settings.maxErrors) return
      validateProperty(property, object, rules.target.name, errors, validation, depth)
    }
  }

  function applyWhitelist(
    rules: ClassRules,
    object: object,
    errors: ValidationError[],
    validation: Validation,
  ): void {
    for (const name of Object.keys(object)) {
      if (rules.names.has(name)) continue
      if (!settings.forbidNonWhitelisted) delete (object as Record<string, unknown>)[name]
      else if (validation.failures < settings.maxErrors) {
        errors.push(forbiddenProperty(settings, object, name))
        validation.failures++
      }
    }
  }

  function validateProperty(
    rules: PropertyRules,
    object: object,
    targetName: string,
    errors: ValidationError[],
    validation: Validation,
    depth: number,
  ): void {
    const value = (object as Record<string, unknown>)[rules.name]
    if (rules.awaitsPromise && value instanceof Promise) {
      defer(
        validation,
        value.then((settled: unknown) => {
          validateValue(rules, rules.name, settled, object, targetName, errors, validation, depth)
        }),
      )
    } else validateValue(rules, rules.name, value, object, targetName, errors, validation, depth)
  }

  function validateValue(
    rules: Pick<
      PropertyRules,
      'conditions' | 'presence' | 'checks' | 'nested' | 'presenceContexts' | 'contexts'
    >,
    name: string,
    value: unknown,
    object: object,
    targetName: string,
    errors: ValidationError[],
    validation: Validation,
    depth: number,
  ): void {
    const error = openError(settings, object, value, name)
    errors.push(error)
    let wanted = true
    // each condition is asked even after one has refused: they may have been written to take notes
    for (const { constraints } of rules.conditions) {
      const condition = constraints[0] as (object: object, value: unknown) => unknown
      wanted = Boolean(condition(object, value)) && wanted
    }
    if (!wanted) return
    for (const rule of rules.presence) apply(rule, value, object, targetName, error, validation)
    addContexts(error, rules.presenceContexts, typeOf)
    if ((value === undefined && settings.skipUndefined) || (value === null && settings.skipNull)) return
    for (const rule of rules.checks) apply(rule, value, object, targetName, error, validation)
    if (value !== undefined) validateNested(rules.nested, value, error, validation, depth)
    addContexts(error, rules.contexts, typeOf)
  }

  function apply(
    rule: Rule,
    value: unknown,
    object: object,
    targetName: string,
    error: OpenError,
    validation: Validation,
  ): void {
    const { metadata } = rule
    if (metadata.validateIf !== undefined && !metadata.validateIf(object, value)) return
    if (settings.stopAtFirstError && hasFailed(error)) return
    if (rule.pure !== undefined) {
      if (!rule.pure.exact(value)) refuse(rule.constraint(undefined) as Constraint, false)
      return
    }
    const given = rule.constraint(validation.call)
    const done = isPromise<Constraint>(given)
      ? given.then((ready) => judge(ready, true))
      : judge(given, false)
    if (isPromise<void>(done)) defer(validation, done)

    function judge(constraint: Constraint, late: boolean): MaybePromise<void> {
      const args = argumentsFor(metadata, object, targetName, value)
      const items = metadata.each ? itemsOf(value) : undefined
      const verdict =
        items === undefined
          ? constraint.validate(value, args)
          : all(items, (item) => constraint.validate(item, args))
      if (isPromise<boolean>(verdict)) {
        return verdict.then((valid) => {
          if (!valid) refuse(constraint, true)
        })
      }
      if (!verdict) refuse(constraint, late)
    }

    // contexts of what fails at once are added in class-validator's turn, after all rules of the property
    function refuse(constraint: Constraint, late: boolean): void {
      const args = argumentsFor(metadata, object, targetName, value)
      fail(error, rule.type, messageOf(metadata, constraint, args, settings), args, validation)
      if (late) addContext(error, rule.type, metadata)
    }
  }

  function fail(
    error: OpenError,
    type: string,
    message: string,
    args: ValidationArguments,
    validation: Validation,
  ): void {
    validation.failures++
    error.constraints[type] = message
    if (settings.keepDetails) keepDetails(error, type, args)
  }

  function validateNested(
    nested: readonly RuleMetadata[],
    value: unknown,
    error: OpenError,
    validation: Validation,
    depth: number,
  ): void {
    for (const metadata of nested) {
      if (settings.stopAtFirstError && hasFailed(error)) continue
      if (Array.isArray(value) || value instanceof Set || value instanceof Map) {
        checkDepth(depth + 1, settings)
        const rules = itemRules(nested)
        const entries: Iterable<[unknown, unknown]> =
          value instanceof Set ? [...value].entries() : value.entries()
        for (const [key, item] of entries) {
          if (validation.failures >= settings.maxErrors) return
          const name = (key as { toString(): string }).toString()
          validateValue(
            rules,
            name,
            item,
            value,
            value.constructor.name,
            error.children,
            validation,
            depth + 1,
          )
        }
      } else if (value instanceof Object && !isBinary(value)) {
        const target: unknown = value.constructor
        validateObject(
          rules(typeof target === 'function' ? (target as Class) : Object),
          value,
          error.children,
          validation,
          depth + 1,
        )
      } else {
        const target = metadata.target as object
        const args = argumentsFor(metadata, target, target.constructor.name, value)
        fail(error, metadata.type, messageOf(metadata, undefined, args, settings), args, validation)
      }
    }
  }

  return { rulesOf: rules, validateObject, validateProperty }
}

// The items of a list are validated by nothing but what is nested in them.
function itemRules(nested: readonly RuleMetadata[]) {
  const contexts = nested.filter((metadata) => Boolean(metadata.context))
  return { conditions: [], presence: [], checks: [], nested, presenceContexts: [], contexts }
}

function argumentsFor(
  metadata: RuleMetadata,
  object: object,
  targetName: string,
  value: unknown,
): ValidationArguments {
  return {
    targetName,
    property: metadata.propertyName,
    object,
    value,
    constraints: metadata.constraints as unknown[],
  }
}

function itemsOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value
  return value instanceof Set || value instanceof Map ? [...value.values()] : undefined
}

function all(
  items: readonly unknown[],
  check: (item: unknown) => boolean | Promise<boolean>,
): boolean | Promise<boolean> {
  const verdicts = items.map(check)
  if (!verdicts.some(isPromise)) return verdicts.every(Boolean)
  return Promise.all(verdicts.map((verdict) => Promise.resolve(verdict))).then((settled) =>
    settled.every(Boolean),
  )
}

function hasFailed(error: OpenError): boolean {
  for (const _ in error.constraints) return true
  return false
}

function defer(validation: Validation, promise: Promise<void>): void {
  ;(validation.awaiting ??= []).push(promise)
  // whoever waits is told of a failure; if nobody comes to wait, because a later rule throws, it must not end the process
  promise.catch(() => undefined)
}

/**
 * Begins a validation.
 *
 * @param call that it serves
 */
export function beginValidation(call: PipelineContext | undefined): Validation {
  return { awaiting: undefined, failures: 0, call }
}
