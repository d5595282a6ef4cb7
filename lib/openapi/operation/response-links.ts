import type { Class } from '../../common/index.js'
import type { HttpEndpoint } from '../../web/index.js'
import { ApiDefaultGetter, ApiLink } from '../decorators/operation.js'
import type { OperationObject, ResponseObject } from '../document.js'
import type { LinkName } from '../options.js'
import type { SchemaRegistry } from '../schema/registry.js'

/** An endpoint with its operation. */
export interface BuiltOperation {
  readonly endpoint: HttpEndpoint
  readonly operation: OperationObject
}

/** From objects of a class to an operation. */
interface Link {
  readonly field: string
  readonly parameter: string
  readonly target: BuiltOperation
}

const usualName = ({ operationId, field }: LinkName): string => `${operationId}_from_${field}`

/**
 * Adds links to the responses with objects of classes that lead somewhere, by `@ApiLink`, or by
 * `@ApiProperty({ link })` and `@ApiDefaultGetter`.
 *
 * @param operations complete; the responses are changed
 * @param schemas of the document
 * @param nameOf makes names
 * @see https://spec.openapis.org/oas/v3.1.1#link-object
 */
export function addLinks(
  operations: readonly BuiltOperation[],
  schemas: SchemaRegistry,
  nameOf: (name: LinkName) => string = usualName,
): void {
  const byReference = linksByReference(operations, schemas)
  if (byReference.size === 0) return
  for (const { operation } of operations) {
    for (const response of Object.values(operation.responses) as ResponseObject[]) {
      const references = Object.values(response.content ?? {}).map(({ schema }) => schema?.$ref)
      const links = references.flatMap((one) => byReference.get(one ?? '') ?? [])
      for (const { field, parameter, target } of links) {
        const operationId = target.operation.operationId!
        const { owner, member } = target.endpoint
        const name = nameOf({ controller: owner.name, method: String(member), field, operationId })
        response.links = {
          ...response.links,
          [name]: { operationId, parameters: { [parameter]: `$response.body#/${field}` } },
        }
      }
    }
  }
}

function linksByReference(
  operations: readonly BuiltOperation[],
  schemas: SchemaRegistry,
): ReadonlyMap<string, readonly Link[]> {
  const found = new Map<string, Link[]>()
  const getters = new Map<Class, Omit<Link, 'field'>>()
  const add = (type: Class, link: Link): void => {
    for (const one of schemas.referencesTo(type)) found.set(one, [...(found.get(one) ?? []), link])
  }
  for (const target of operations) {
    const { metadata } = target.endpoint
    for (const { from, fromField = 'id', routeParam } of metadata.onMethod(ApiLink) ?? [])
      add(from, { field: fromField, parameter: routeParam, target })
    for (const { type, parameter } of metadata.onMethod(ApiDefaultGetter) ?? [])
      getters.set(type, { parameter, target })
  }
  if (getters.size === 0) return found
  for (const type of schemas.classes()) {
    for (const { options, outerName } of schemas.propertiesOf(type)) {
      const getter = options.link === undefined ? undefined : getters.get(options.link())
      if (getter !== undefined) add(type, { field: outerName, ...getter })
    }
  }
  return found
}
