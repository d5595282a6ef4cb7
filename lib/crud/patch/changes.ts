import { isDeepStrictEqual } from 'node:util'
import type { HttpRequest } from '../../http/index.js'
import { CrudPatchType, JsonPatchInvalid } from '../errors.js'
import type { CrudPlan } from '../plan.js'
import type { Row } from '../store.js'
import { applyJsonPatch } from './json-patch.js'
import { mergePatch } from './merge-patch.js'

/** The media types of changes, for `Accept-Patch` (RFC 5789 §3.1). */
export const PATCH_TYPES = ['application/merge-patch+json', 'application/json-patch+json', 'application/json']

/**
 * Reads what a PATCH changes, and validates it.
 *
 * @param request with its body
 * @param plan of the entity
 * @param before the record as it is
 * @returns the fields that change
 * @throws {CorbelError} CORBEL_CRUD_PATCH_TYPE (415), CORBEL_JSON_PATCH_INVALID (422), CORBEL_JSON_PATCH_TEST (409)
 * @throws {HttpException} 422
 */
export async function readChanges(request: HttpRequest, plan: CrudPlan, before: Row): Promise<Row> {
  const type = (request.get('content-type') ?? '').split(';', 1)[0]!.trim().toLowerCase()
  if (!PATCH_TYPES.includes(type)) {
    request.res?.setHeader('accept-patch', PATCH_TYPES.join(', '))
    throw new CrudPatchType({ type: type === '' ? 'a body without Content-Type' : type })
  }
  const document = documentOf(before, plan)
  if (type === 'application/json-patch+json')
    return plan.readChange!.one(differences(document, applyJsonPatch(document, request.body)))
  const changed = differences(document, mergePatch(document, request.body))
  return plan.readChange!.one({ ...changed, ...takenAway(request.body, document, plan) })
}

/** What a merge patch empties that readers do not see: hidden fields, and relations, which are written by their ids. */
function takenAway(patch: unknown, document: Row, { shape }: CrudPlan): Row {
  const names = Object.entries(patch as Row)
    .filter(([name, value]) => value === null && !Object.hasOwn(document, name))
    .map(([name]) => name)
    .filter((name) => shape.fields.has(name) || shape.relations.get(name)?.isOwner === true)
  return Object.fromEntries(names.map((name) => [name, null]))
}

/** The record as its reader sees it: what a patch refers to. */
function documentOf(row: Row, { shown }: CrudPlan): Row {
  const visible = Object.fromEntries(shown.map((name) => [name, row[name]]))
  return JSON.parse(JSON.stringify(visible)) as Row
}

function differences(before: Row, after: unknown): Row {
  if (typeof after !== 'object' || after === null || Array.isArray(after))
    throw new JsonPatchInvalid({ index: 0, reason: 'leaves no object' })
  const changed: Row = {}
  const put = (key: string, value: unknown): void => {
    Object.defineProperty(changed, key, { value, writable: true, enumerable: true, configurable: true })
  }
  for (const [name, value] of Object.entries(after))
    if (!isDeepStrictEqual(value, before[name])) put(name, value)
  // what is removed has no value any more
  for (const name of Object.keys(before))
    if (!Object.hasOwn(after, name) && before[name] !== null) put(name, null)
  return changed
}
