import {
  PATH_ITEM_METHODS,
  type OpenApiDocument,
  type OperationObject,
  type ParameterObject,
  type PathItemObject,
} from '../document.js'
import { dereference } from './flatten-schema.js'

/** An operation with what its surroundings say of it. */
export interface FoundOperation {
  /** `GET /cats/{id}` */
  readonly name: string
  /** The same for paths that differ in the names of their parameters only. */
  readonly key: string
  readonly path: string
  readonly operation: OperationObject
  readonly parameters: readonly ParameterObject[]
}

/** A segment of a path that tells a version: `v1`, `v2.1`. */
const VERSION_SEGMENT = /\/v\d[\w.-]*(?=\/|$)/

/**
 * The operations under a document's paths.
 *
 * @param document any
 * @param ignoreVersions leaves the version out of paths, so that `/v1/cats` and `/v2/cats` are one
 */
export function operationsOf(document: OpenApiDocument, ignoreVersions = false): Map<string, FoundOperation> {
  const found = new Map<string, FoundOperation>()
  for (const [written, item] of Object.entries(document.paths ?? {})) {
    const path = ignoreVersions ? written.replace(VERSION_SEGMENT, '') || '/' : written
    collect(document, path, item, found)
  }
  return found
}

/**
 * The operations that the API itself calls: webhooks, and the callbacks of its operations.
 *
 * @param document any
 */
export function outgoingOf(document: OpenApiDocument): Map<string, FoundOperation> {
  const found = new Map<string, FoundOperation>()
  for (const [name, item] of Object.entries(document.webhooks ?? {}))
    collect(document, `webhook ${name}`, item, found)
  for (const { name, operation } of operationsOf(document).values())
    for (const [callback, byUrl] of Object.entries(operation.callbacks ?? {}))
      for (const [url, item] of Object.entries(dereference(document, byUrl)))
        collect(document, `${url} (callback ${callback} of ${name})`, item, found)
  return found
}

function collect(
  document: OpenApiDocument,
  path: string,
  written: PathItemObject,
  found: Map<string, FoundOperation>,
): void {
  const item = dereference(document, written)
  const others = item['x-additional-operations'] as Record<string, OperationObject> | undefined
  const methods = [
    ...PATH_ITEM_METHODS.map((method) => [method.toUpperCase(), item[method]] as const),
    ...Object.entries(others ?? {}),
  ]
  const form = path.startsWith('/') ? path.replaceAll(/\{[^}]*\}/g, '{}') : path
  for (const [method, operation] of methods) {
    if (operation === undefined) continue
    const byKey = new Map<string, ParameterObject>()
    for (const one of [...(item.parameters ?? []), ...(operation.parameters ?? [])]) {
      const parameter = dereference(document, one as ParameterObject)
      byKey.set(`${parameter.in} ${parameter.name}`, parameter)
    }
    const key = `${method} ${form}`
    found.set(key, { name: `${method} ${path}`, key, path, operation, parameters: [...byKey.values()] })
  }
}
