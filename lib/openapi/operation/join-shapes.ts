import { isDeepStrictEqual } from 'node:util'
import type { MediaTypeObject, OperationObject, RequestBodyObject, ResponseObject } from '../document.js'

type Content = Record<string, MediaTypeObject> | undefined

/**
 * Makes bodies and results of one version stand for those of another, too, where one operation describes both.
 *
 * @param operation of the first version
 * @param other of the other version
 */
export function joinShapes(operation: OperationObject, other: OperationObject): void {
  join(contentOf(operation.requestBody), contentOf(other.requestBody))
  for (const [status, response] of Object.entries(operation.responses ?? {}))
    join(contentOf(response), contentOf(other.responses?.[status]))
}

function contentOf(holder: object | undefined): Content {
  return (holder as RequestBodyObject | ResponseObject | undefined)?.content
}

function join(content: Content = {}, others: Content = {}): void {
  for (const [type, media] of Object.entries(content)) {
    const [own, more] = [media.schema, others[type]?.schema]
    if (own === undefined || more === undefined || isDeepStrictEqual(own, more)) continue
    const known = own.anyOf ?? [own]
    if (!known.some((one) => isDeepStrictEqual(one, more))) media.schema = { anyOf: [...known, more] }
  }
}
