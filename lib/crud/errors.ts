import { defineError } from '../common/index.js'

/** Options of `@Crud` that do not fit the entity. */
export const CrudInvalid = defineError<{ class: string; entity: string; problems: string }>(
  'CORBEL_CRUD_INVALID',
  '@Crud({entity}) on {class} does not fit: {problems}',
)

/** `crudOf` with an object whose class has no `@Crud`. */
export const CrudMissing = defineError<{ class: string }>(
  'CORBEL_CRUD_MISSING',
  '{class} has no @Crud(), or was not built by the container. Call crudOf(this) in a controller with @Crud().',
)

/** A query that asks for what the list does not offer. */
export const CrudQueryInvalid = defineError<{ parameter: string; reason: string }>(
  'CORBEL_CRUD_QUERY',
  'The query parameter {parameter} {reason}.',
  { status: 400, tells: ['parameter'] },
)

/** No such record, or none that the caller may see. */
export const CrudNotFound = defineError<{ entity: string }>(
  'CORBEL_CRUD_NOT_FOUND',
  'There is no such {entity}.',
  {
    status: 404,
  },
)

/** The policy says no. */
export const CrudForbidden = defineError<{ entity: string; action: string }>(
  'CORBEL_CRUD_FORBIDDEN',
  'You may not do this ({action}) with {entity}.',
  { status: 403 },
)

/** A body that is not of the form that the route takes. */
export const CrudBodyInvalid = defineError<{ reason: string }>('CORBEL_CRUD_BODY', 'The body {reason}.', {
  status: 422,
})

/** A patch in a form that is not understood. */
export const CrudPatchType = defineError<{ type: string }>(
  'CORBEL_CRUD_PATCH_TYPE',
  'A change cannot be read from {type}: send application/merge-patch+json, application/json-patch+json or application/json.',
  { status: 415 },
)

/** A JSON Patch that cannot be applied (RFC 5789 §2.2). */
export const JsonPatchInvalid = defineError<{ index: number; reason: string }>(
  'CORBEL_JSON_PATCH_INVALID',
  'Operation {index} of the JSON Patch {reason}.',
  { status: 422, tells: ['index'] },
)

/** A `test` of a JSON Patch that does not hold (RFC 5789 §2.2: a conflicting state). */
export const JsonPatchTestFailed = defineError<{ index: number; path: string }>(
  'CORBEL_JSON_PATCH_TEST',
  'Operation {index} of the JSON Patch tests "{path}", which is something else.',
  { status: 409, tells: ['index'] },
)
