import type { AbstractClass } from '../../common/index.js'
import { lineage } from '../../metadata/index.js'
import { mappedSources } from '../../validation/mapped-types.js'

/** Texts by `Class` and `Class.member`. */
export type Docstrings = Readonly<Record<string, string>>

/**
 * The text over a member of a class: its own, that of the class it extends, or that of the class it is mapped from.
 *
 * @param docstrings all texts
 * @param type the class
 * @param member its name
 */
export function docstringOf(docstrings: Docstrings, type: AbstractClass, member: string): string | undefined {
  if (isEmpty(docstrings)) return undefined
  for (const one of [...lineage(type)].reverse()) {
    const own = docstrings[`${one.name}.${member}`]
    if (own !== undefined) return own
    for (const { source, has } of mappedSources(one)) {
      const mapped = has(member) ? docstringOf(docstrings, source, member) : undefined
      if (mapped !== undefined) return mapped
    }
  }
  return undefined
}

/** Most documents have none, and ask for each property. */
function isEmpty(docstrings: Docstrings): boolean {
  for (const _ in docstrings) return false
  return true
}
