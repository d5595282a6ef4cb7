import { joinCertainties, joinChecks } from './certainty.js'
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

/** @returns a check that tries the cheap ways first; undefined if a rule needs more than the value */
function join(rules: readonly Rule[]): ValueCheck | undefined {
  const pure = rules.map((rule) => rule.pure)
  if (!pure.every((one) => one !== undefined)) return undefined
  const exact = joinChecks(pure.map((one) => one.exact))
  if (pure.every(({ exact: own, certain }) => 'test' in certain && certain.test === own)) return exact
  const certain = joinCertainties(pure.map((one) => one.certain))
  return (value) => certain(value) || exact(value)
}
