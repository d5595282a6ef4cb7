import type { Class } from '../common/index.js'
import type { Slot } from './accept-in-order.js'
import { isDangerous, isOwnClass, isUsualObject, type Convert, type PlainObject } from './convert.js'
import { preferOrder } from './own-code.js'
import { pureCheckOf } from './pure-check.js'
import { REFUSED, type Accept } from './refused.js'
import { isRepeatable } from './repeatable.js'
import type { ClassRules, PropertyRules } from './rules.js'
import type { Settings } from './settings.js'
import type { PropertyStep } from './transform-property.js'
import { declaredNames } from './transformer-metadata.js'
import type { Transformer } from './transformer.js'
import type { ValidationEngine } from './validate.js'

/** The fast way for what is usual: a correct value becomes an instance in one pass over its keys. */
export interface Acceptor {
  /** Another function once the class is found to be used much. */
  accept: Accept
  /** The properties whose rules need the complete instance, and are still to be validated. */
  readonly deferred: readonly PropertyRules[]
}

const nothing = {}

/**
 * Tells whether someone has added to `Object.prototype`: for … in would take that for keys of the input.
 *
 * @returns true where nothing may be accepted at once
 */
export function isPrototypeOpen(): boolean {
  for (const _ in nothing) return true
  return false
}

interface IndexedSlot extends Slot {
  readonly index: number
  /** True if `take` also validates what is nested, so that a value it never saw is not acceptable. */
  readonly fused: boolean
  /** True if `take` must not run before it is certain that nothing is refused: it may leave its mark on the input. */
  readonly late: boolean
}

/**
 * Compiles the fast way of a class.
 *
 * Taking values over, checking them and collecting them happens in one loop, and in the order of the class as long as
 * the keys come in that order: the name of the next slot is compared before any table is asked. What is refused is
 * converted again, so conversions that are not repeatable wait until the loop is through.
 *
 * @param target the class
 * @param transformer supplies conversions
 * @param engine supplies rules
 * @param settings options
 * @returns undefined where the class selects or transforms keys in a way that only the thorough way follows
 */
export function compileAcceptor(
  target: Class,
  transformer: Transformer,
  engine: ValidationEngine,
  settings: Settings,
): Acceptor | undefined {
  const stepOf = stepsOf(target, transformer, engine, settings)
  if (stepOf === undefined) return undefined
  const deferred: PropertyRules[] = []
  const slots: IndexedSlot[] = []
  const rules = engine.rulesOf(target)
  for (const property of rules.properties) {
    const { step, plainly } = stepOf(property.name)
    const nests = property.nested.length > 0
    const nested = nests ? nestedConvert(step, transformer, engine, settings) : undefined
    const pure = nests && nested === undefined ? undefined : pureCheckOf(property, settings)
    const fused = pure !== undefined && nested !== undefined
    const late = !fused && !isRepeatable(step, transformer, settings)
    const check = late ? undefined : pure
    if (check === undefined) deferred.push(property)
    slots.push({
      name: property.name,
      index: slots.length,
      take: fused ? nested : plainly,
      keepsPrimitives: step.type === undefined && step.collection === undefined,
      check,
      fused,
      takenIsRight: fused && property.presence.length + property.checks.length === 0,
      late,
    })
  }
  for (const name of unruledNames(rules, settings)) {
    const { step, plainly } = stepOf(name)
    slots.push({
      name,
      index: slots.length,
      take: plainly,
      keepsPrimitives: false,
      check: undefined,
      fused: false,
      takenIsRight: false,
      late: !isRepeatable(step, transformer, settings),
    })
  }
  const byName = new Map(slots.map((slot) => [slot.name, slot]))
  const { whitelist, forbidNonWhitelisted, maxDepth } = settings
  const strip = whitelist && !forbidNonWhitelisted
  const closed = whitelist || settings.transform.enableImplicitConversion === true

  function acceptInAnyOrder(plain: PlainObject, depth: number): object | typeof REFUSED {
    if (depth > maxDepth || !isUsualObject(plain)) return REFUSED
    const instance = new target() as PlainObject
    for (const key in instance) {
      // initialisers: functions are not written over, and whitelist takes away what no rule names
      if (typeof instance[key] === 'function' || (whitelist && !byName.has(key))) return REFUSED
    }
    let next = 0
    let seen = 0
    let late: IndexedSlot[] | undefined
    for (const key in plain) {
      const given = plain[key]
      let slot = slots[next]
      if (slot === undefined || slot.name !== key) {
        slot = byName.get(key)
        if (slot === undefined) {
          if (strip) continue
          if (closed || typeof given === 'object' || key in instance || isDangerous(key)) return REFUSED
          instance[key] = given
          continue
        }
      }
      next = slot.index + 1
      seen++
      if (typeof given !== 'object' && slot.keepsPrimitives) {
        if (slot.check !== undefined && !slot.check(given)) return REFUSED
        instance[key] = given
      } else if (slot.late) {
        instance[key] = undefined // holds its place among the keys
        ;(late ??= []).push(slot)
      } else {
        const value = slot.take(given, depth + 1)
        if (value === REFUSED) return REFUSED
        if (slot.check !== undefined && !(slot.takenIsRight && value) && !slot.check(value)) return REFUSED
        instance[key] = value
      }
    }
    if (seen !== slots.length && !acceptsMissing(plain, instance)) return REFUSED
    if (late !== undefined) for (const { name, take } of late) instance[name] = take(plain[name], depth + 1)
    return instance
  }

  function acceptsMissing(plain: PlainObject, instance: PlainObject): boolean {
    for (const { name, check, fused } of slots) {
      if (check === undefined || plain[name] !== undefined) continue
      const value = instance[name]
      if ((fused && value !== undefined) || !check(value)) return false
    }
    return true
  }

  const acceptor: Acceptor = { accept: acceptInAnyOrder, deferred }
  if (slots.every(({ late }) => !late)) preferOrder(acceptor, target, slots, maxDepth)
  return acceptor
}

/** Makes the conversion that also validates, where everything nested below can be accepted at once. */
function nestedConvert(
  step: PropertyStep,
  transformer: Transformer,
  engine: ValidationEngine,
  settings: Settings,
): Convert | undefined {
  const type = nestedType(step)
  if (type === undefined || !isWhollyPure(type, transformer, engine, settings)) return undefined
  const takesLists = step.collection === undefined || step.collection === Array
  let acceptor: Acceptor | undefined
  const one: Convert = (value, depth) => {
    if (typeof value !== 'object' || value === null) return REFUSED
    acceptor ??= compileAcceptor(type, transformer, engine, settings)
    return acceptor!.accept(value as PlainObject, depth)
  }
  return (value, depth) => {
    if (value === undefined || value === null) return value
    if (!Array.isArray(value)) return one(value, depth)
    if (!takesLists || depth > settings.maxDepth || value.length > settings.maxItems) return REFUSED
    const items: unknown[] = []
    for (const given of value) {
      const item = one(given, depth + 1)
      if (item === REFUSED) return REFUSED
      items.push(item)
    }
    return items
  }
}

/** Follows the nested types of a class, itself included, and asks of each whether its own properties are acceptable. */
function isWhollyPure(
  target: Class,
  transformer: Transformer,
  engine: ValidationEngine,
  settings: Settings,
  visited: Set<Class> = new Set(),
): boolean {
  if (visited.has(target)) return true
  visited.add(target)
  const stepOf = stepsOf(target, transformer, engine, settings)
  if (stepOf === undefined) return false
  const rules = engine.rulesOf(target)
  const repeats = (name: string) => isRepeatable(stepOf(name).step, transformer, settings)
  const pure = rules.properties.every((property) => {
    if (pureCheckOf(property, settings) === undefined) return false
    if (property.nested.length === 0) return repeats(property.name)
    const type = nestedType(stepOf(property.name).step)
    return type !== undefined && isWhollyPure(type, transformer, engine, settings, visited)
  })
  return pure && unruledNames(rules, settings).every(repeats)
}

/** Names the properties that are typed, but without a rule in force; `whitelist` takes them away. */
function unruledNames(rules: ClassRules, settings: Settings): string[] {
  if (settings.whitelist) return []
  return [...declaredNames(rules.target)].filter((name) => !rules.names.has(name))
}

/**
 * Gives the conversions of a class's properties, if all of them are conversions of nothing but the value, to properties
 * that are just written: accessors and methods of the class are the thorough way's business.
 */
function stepsOf(
  target: Class,
  transformer: Transformer,
  engine: ValidationEngine,
  settings: Settings,
): ((name: string) => { step: PropertyStep; plainly: Convert }) | undefined {
  const { stepOf } = transformer.of(target)
  const { names } = engine.rulesOf(target)
  if (stepOf === undefined || (names.size === 0 && settings.forbidUnknownValues)) return undefined
  const inherited = target.prototype as object
  const steps = new Map<string, { step: PropertyStep; plainly: Convert }>()
  for (const name of [...names, ...declaredNames(target)]) {
    const step = stepOf(name)
    if (step.plainly === undefined || name in inherited || isDangerous(name)) return undefined
    steps.set(name, { step, plainly: step.plainly })
  }
  return (name) => steps.get(name)!
}

function nestedType({ type, collection }: PropertyStep): Class | undefined {
  return type === undefined || (collection as unknown) === Map || !isOwnClass(type) ? undefined : type
}
