import { defineError, type CorbelError } from '../../common/index.js'
import { findDuplicates } from '../../router/index.js'

/** A handler whose clients, or those of somebody else, would never get where they want to. */
export const WebSocketPathTaken = defineError<{ path: string; handler: string; other: string }>(
  'CORBEL_WS_PATH_TAKEN',
  'WebSockets at {path} are for the handler {handler}: {other} would never hear of them. Give one of them another path.',
)

/** A class at a path. */
export interface AtPath {
  readonly name: string
  readonly path: string
}

/**
 * Looks for a path that is a handler's already; the names of parameters make no difference.
 *
 * @param taken handlers
 * @param other handler or gateway
 */
export function findTaken(taken: readonly AtPath[], other: AtPath): CorbelError | undefined {
  const handler = taken.find((one) => findDuplicates([one, other].map(routeOf)).length > 0)
  return handler && pathTaken(handler, other)
}

/** Says so. */
export function pathTaken(handler: AtPath, other: AtPath): CorbelError {
  return new WebSocketPathTaken({ path: other.path, handler: handler.name, other: other.name })
}

function routeOf({ name, path }: AtPath): {
  readonly method: string
  readonly pattern: string
  readonly origin: string
  readonly value: string
} {
  return { method: '*', pattern: path, origin: name, value: name }
}
