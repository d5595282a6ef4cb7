import type { MediaTypeObject, SchemaObject } from '../document.js'
import type { OperationScope } from './scope.js'

/** @see RFC 9457 §3.1 */
const PROBLEM: SchemaObject = {
  type: 'object',
  description: 'What went wrong (RFC 9457).',
  properties: {
    type: { type: 'string', format: 'uri-reference', default: 'about:blank' },
    title: { type: 'string' },
    status: { type: 'integer', minimum: 400, maximum: 599 },
    detail: { type: 'string' },
    instance: { type: 'string', format: 'uri-reference' },
    message: { description: 'In words; a list where several things are wrong.' },
    errorCode: { type: 'string' },
    errors: {
      type: 'array',
      description: 'What is wrong with single values.',
      items: { type: 'object', properties: { path: { type: 'string' }, code: { type: 'string' } } },
    },
  },
  required: ['type', 'title', 'status'],
}

const PLAIN: SchemaObject = {
  type: 'object',
  properties: {
    statusCode: { type: 'integer' },
    message: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
    error: { type: 'string' },
  },
  required: ['statusCode', 'message'],
}

/**
 * The content of error responses: as the nearest filter says, otherwise as the application writes errors.
 *
 * @param scope of the operation
 */
export function errorContent(scope: OperationScope): Record<string, MediaTypeObject> {
  const { notes, endpoint, schemas, origin, errors } = scope
  const note = notes.filters(endpoint).findLast((one) => one.errors !== undefined)?.errors
  if (note !== undefined) {
    const { type, schema, mediaType = 'application/json' } = note
    const own = type === undefined ? (schema ?? {}) : schemas.of(type, { direction: 'output' }, origin)
    return { [mediaType]: { schema: own } }
  }
  return errors === 'problem'
    ? { 'application/problem+json': { schema: schemas.enumeration('ProblemDetails', PROBLEM) } }
    : { 'application/json': { schema: schemas.enumeration('ErrorBody', PLAIN) } }
}
