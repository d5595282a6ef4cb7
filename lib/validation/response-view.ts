import type { Class } from '../common/index.js'
import { isPlainObject, type PlainObject } from './convert.js'
import { nestedClass } from './nested-class.js'
import type { ClassRules } from './rules.js'
import { declaredNames } from './transformer-metadata.js'

/** How a returned value is looked at. */
export interface ViewOptions {
  /** Gives the rules of a class. */
  rulesOf(target: Class): ClassRules
  /** Leaves out the properties about which a class declares nothing. */
  readonly strip: boolean
}

/**
 * Looks at a returned value as an object of a class, so that the rules of the class, and of the classes nested in it,
 * can be asked: object literals get the prototype of their class, nothing is converted. What was returned stays untouched.
 *
 * @param value as the handler returned it
 * @param target its class
 * @param options see `ViewOptions`
 * @returns the value itself where it already is such an object and nothing is stripped; otherwise a copy
 */
export function viewAs(value: unknown, target: Class, options: ViewOptions): unknown {
  return view(value, target, options, new Map())
}

function view(value: unknown, target: Class, options: ViewOptions, seen: Map<object, object>): unknown {
  if (typeof value !== 'object' || value === null) return value
  const known = seen.get(value)
  if (known !== undefined) return known
  if (Array.isArray(value)) return value.map((item) => view(item, target, options, seen))
  const isInstance = value instanceof target
  if (!isInstance && !isPlainObject(value)) return value
  const { names } = options.rulesOf(target)
  const declared = declaredNames(target)
  const strips = options.strip && names.size + declared.size > 0
  const copy = Object.create(
    isInstance ? (Object.getPrototypeOf(value) as object) : (target.prototype as object),
  ) as PlainObject
  seen.set(value, copy)
  let isChanged = !isInstance
  for (const key of Object.keys(value)) {
    if (key === '__proto__' || (strips && !names.has(key) && !declared.has(key))) {
      isChanged = true
      continue
    }
    const item = (value as PlainObject)[key]
    const nested = typeof item === 'object' && item !== null ? nestedClass(target, key) : undefined
    copy[key] = nested === undefined ? item : view(item, nested, options, seen)
    if (copy[key] !== item) isChanged = true
  }
  if (isChanged) return copy
  seen.set(value, value)
  return value
}
