import type { Class } from '../common/index.js'
import { lineage } from '../metadata/index.js'
import { classValidator } from './class-validator.js'
import type { RuleMetadata } from './rules.js'

/**
 * All records of a class, of every group, inherited ones included. For what is inherited class-validator looks at every class
 * that has rules, which for a thousand classes is a million looks: a class that extends nothing is spared that.
 *
 * @param type any class
 */
export function ruleRecords(type: Class): readonly RuleMetadata[] {
  const storage = classValidator().getMetadataStorage()
  const { validationMetadatas: all } = storage as unknown as { readonly validationMetadatas?: unknown }
  // a version of the library that keeps its records elsewhere is asked
  if (!(all instanceof Map) || lineage(type).length > 1)
    return storage.getTargetValidationMetadatas(type, '', false, false)
  const own = (all as ReadonlyMap<unknown, readonly RuleMetadata[]>).get(type) ?? []
  return own.filter(({ target }) => target === type)
}
