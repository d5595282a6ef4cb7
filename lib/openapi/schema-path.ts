import type { Class } from '../common/index.js'
import { nameOf, reference } from './schema/registry.js'

/**
 * The reference to the schema of a class, for schemas that are written by hand. Name the class in `@ApiExtraModels` as well.
 *
 * @param model the class, or the name of a component
 * @example
 * @ApiExtraModels(Page, Cat)
 * @ApiOkResponse({ schema: { allOf: [{ $ref: getSchemaPath(Page) }, { properties: { items: { type: 'array', items: { $ref: getSchemaPath(Cat) } } } }] } })
 */
export function getSchemaPath(model: Class | string): string {
  return reference(typeof model === 'string' ? model : nameOf(model))
}

/** `{ $ref: getSchemaPath(model) }` */
export function refs(...models: readonly Class[]): { $ref: string }[] {
  return models.map((model) => ({ $ref: getSchemaPath(model) }))
}
