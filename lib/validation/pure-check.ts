import type { ValueCheck } from './recognise.js'
import type { PropertyRules, Rule } from './rules.js'
import type { Settings } from './settings.js'

/**
 * Joins the rules of a property into one check of its value; what is nested in it is not looked at.
 *
 * @param property the rules
 * @param settings which missing values are skipped
 * @returns true from the check means: no error; undefined if a rule needs more than the value
 */
export function pureCheckOf(property: PropertyRules, settings: Settings): ValueCheck | undefined {
  if (!property.optionalOnly || property.awaitsPromise) return undefined
  const presence = join(property.presence)
  const checks = join(property.checks)
  if (presence === undefined || checks === undefined) return undefined
  const optional = property.conditions.length > 0
  const nested = property.nested.length > 0
  const { skipNull, skipUndefined } = settings
  if (!optional && !nested && !skipNull && !skipUndefined) {
    if (property.presence.length === 0) return checks
    return (value) => presence(value) && checks(value)
  }
  return (value) => {
    if (value === undefined || value === null) {
      if (optional) return true
      if (!presence(value)) return false
      if (value === undefined ? skipUndefined : skipNull) return true
      // null is no object to validate; undefined is passed over
      return checks(value) && !(nested && value === null)
    }
    return presence(value) && checks(value)
  }
}

function join(rules: readonly Rule[]): ValueCheck | undefined {
  const checks: ValueCheck[] = []
  for (const { pure } of rules) {
    if (pure === undefined) return undefined
    checks.push(pure)
  }
  const [first, second, third] = checks
  if (first === undefined) return () => true
  if (second === undefined) return first
  if (third === undefined) return (value) => first(value) && second(value)
  if (checks.length === 3) return (value) => first(value) && second(value) && third(value)
  return (value) => {
    for (const check of checks) if (!check(value)) return false
    return true
  }
}
