import { createHash } from 'node:crypto'
import { assertPreconditions } from '../conditional/index.js'
import type { HttpRequest } from '../http/index.js'
import type { CrudPlan } from './plan.js'
import type { IncludedRelation, Row } from './store.js'

/** The names of what tells a record's version. */
export function versionNames({ shape }: CrudPlan): readonly string[] {
  return shape.version === undefined ? [] : [shape.version.name]
}

/**
 * Sets the `ETag` of an answer with one record: its version, and what stands for the related records in it, which change
 * without it.
 *
 * @param request of the call
 * @param plan of the entity
 * @param row with its version
 * @param include relations that are in it
 * @see RFC 9110 §8.8.3
 */
export function tellVersion(
  request: HttpRequest,
  plan: CrudPlan,
  row: Row,
  include: readonly IncludedRelation[] = plan.usualRelations,
): void {
  const version = versionOf(plan, row)
  if (version === undefined) return
  const related = include.length === 0 ? '' : `~${digestOf(include.map(({ name }) => row[name]))}`
  request.res?.setHeader('etag', `"${version}${related}"`)
}

/**
 * Holds a change to what its client has seen. The related records do not count: they are not what it changes.
 *
 * @param request of the call
 * @param plan of the entity
 * @param row as it is
 * @throws {CorbelError} CORBEL_PRECONDITION_FAILED (412), CORBEL_PRECONDITION_REQUIRED (428)
 */
export function assertUnchanged(request: HttpRequest, plan: CrudPlan, row: Row): void {
  const { method } = request
  const get = (name: string): string | undefined => {
    const value = request.get(name)
    return name === 'if-match' ? value?.replace(RELATED, '"') : value
  }
  assertPreconditions({ method, get }, versionOf(plan, row), { required: plan.requireMatch })
}

const RELATED = /~[\w-]{16}"/g

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 16)
}

function versionOf({ shape }: CrudPlan, row: Row): string | undefined {
  const value = shape.version === undefined ? undefined : row[shape.version.name]
  if (value === undefined || value === null) return undefined
  // eslint-disable-next-line typescript/no-base-to-string -- a version is a number, or text
  return value instanceof Date ? value.getTime().toString(36) : String(value)
}
