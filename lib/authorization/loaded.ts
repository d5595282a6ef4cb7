import type { AbstractClass, Class } from '../common/index.js'
import { callerOf } from '../core/index.js'
import type { ExecutionContext } from '../pipeline/index.js'

type AnyClass = Class | AbstractClass

/** What was loaded for a call. On a WebSocket a client has many, so that the context is what counts there. */
const loaded = new WeakMap<object, Map<AnyClass, unknown>>()

/**
 * Keeps a resource for the handler.
 *
 * @param context the call
 * @param type the class of its policy
 * @param resource what was loaded
 */
export function keepResource(context: ExecutionContext, type: AnyClass, resource: unknown): void {
  const key = callKey(context)
  let ofCall = loaded.get(key)
  if (ofCall === undefined) loaded.set(key, (ofCall = new Map()))
  // anew, so that the last one is the last of the map
  ofCall.delete(type)
  ofCall.set(type, resource)
}

/**
 * What was loaded for a call.
 *
 * @param context the call
 * @param type the class of its policy; the last one, if left out
 */
export function loadedResource(context: ExecutionContext, type?: AnyClass): unknown {
  const ofCall = loaded.get(callKey(context))
  if (ofCall === undefined) return undefined
  return type === undefined ? [...ofCall.values()].at(-1) : ofCall.get(type)
}

function callKey(context: ExecutionContext): object {
  return context.getType() === 'http' ? callerOf(context) : context
}
