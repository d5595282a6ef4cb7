import type { Class } from '../../common/index.js'
import type { DescribeModel, ModelProperty } from '../../core/index.js'
import { lineage } from '../../metadata/index.js'
import { mappedSources } from '../../validation/mapped-types.js'

export type Models = ReadonlyMap<string, ModelProperty>

const NOTHING: Models = new Map()

/** What features know of classes beyond decorators for documents: that they are entities, above all. */
export class ModelDescriptions {
  private readonly known = new Map<unknown, Models>()

  /** @param describers of all features */
  constructor(private readonly describers: readonly DescribeModel[]) {}

  /**
   * The properties of a class, inherited ones and those of mapped types included.
   *
   * @param type any class
   */
  of(type: Class): Models {
    if (this.describers.length === 0) return NOTHING
    let found = this.known.get(type)
    if (found === undefined) this.known.set(type, (found = this.read(type)))
    return found
  }

  private read(type: Class): Models {
    const found = new Map<string, ModelProperty>()
    for (const one of lineage(type) as readonly Class[]) {
      for (const { source, has, partial } of mappedSources(one)) {
        for (const [name, property] of this.of(source as Class))
          if (has(name))
            found.set(name, partial ? { ...property, optional: true, sent: 'sometimes' } : property)
      }
      for (const describe of this.describers)
        for (const property of describe(one) ?? []) found.set(property.name, property)
    }
    return found
  }
}
