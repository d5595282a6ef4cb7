import type { MaybePromise } from '../common/index.js'
import { isObservableLike } from '../pipeline/index.js'
import type { WebSocketAdapter } from './adapter.js'
import { deliverAll, deliverObservable } from './deliver-all.js'
import type { Acknowledge } from './ws-context.js'

interface EventResult {
  readonly event: string
  readonly data: unknown
}

/**
 * Sends what a method has returned: `{ event, data }` as an event, another value as the acknowledgement that the client waits
 * for, or as it is; of observables and async iterables each value; nothing for undefined and null.
 *
 * @param adapter knows how
 * @param client gets it
 * @param value what was returned
 * @param acknowledge undefined where the client waits for nothing
 */
export function deliver(
  adapter: WebSocketAdapter,
  client: object,
  value: unknown,
  acknowledge: Acknowledge | undefined,
): MaybePromise<void> {
  if (isObservableLike(value)) return deliverObservable(adapter, client, value, acknowledge)
  if (isAsyncIterable(value)) return deliverAll(adapter, client, value, acknowledge)
  return deliverOne(adapter, client, value, acknowledge)
}

/**
 * Sends one value.
 *
 * @param adapter knows how
 * @param client gets it
 * @param value `{ event, data }`, or another value; nothing for undefined and null
 * @param acknowledge undefined where the client waits for nothing
 */
export function deliverOne(
  adapter: WebSocketAdapter,
  client: object,
  value: unknown,
  acknowledge: ((value: unknown) => void) | undefined,
): void {
  if (value === undefined || value === null) return
  if (isEvent(value)) adapter.emit(client, value.event, value.data)
  else if (acknowledge !== undefined) acknowledge(value)
  else adapter.send(client, value)
}

function isEvent(value: unknown): value is EventResult {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { event?: unknown }).event === 'string' &&
    'data' in value
  )
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}
