import { isPromise } from '../common/index.js'
import { Slot, type StepFactory } from '../pipeline/index.js'
import type { HttpContext, HttpEndpoint } from '../web/index.js'
import { acceptsEvents } from './accepts-events.js'
import { LiveEventSource, type LiveStreamParts } from './event-source.js'
import { currentLiveCall, LIVE_CALL } from './live-call.js'

/**
 * The step of live queries: answers clients that ask for a stream of events, and lets runs know what their handlers say.
 *
 * @param isLive whether an endpoint is one
 * @param parts known once the application is built
 */
export function liveSteps(
  isLive: (endpoint: HttpEndpoint) => boolean,
  parts: () => LiveStreamParts,
): StepFactory<HttpContext> {
  return {
    name: 'live',
    slot: Slot.Outermost,
    create(endpoint) {
      if (!isLive(endpoint as HttpEndpoint)) return undefined
      return {
        kind: 'around',
        name: 'live',
        readsBody: false,
        run(context, next) {
          const { exchange } = context
          const call = exchange.feature(LIVE_CALL)
          if (call !== undefined) return currentLiveCall.run(call, () => next(context))
          if (context.method !== 'GET' || !acceptsEvents(exchange.headers.get('accept'))) return next(context)
          return new LiveEventSource(context, parts()).open()
        },
      }
    },
  }
}

/**
 * Does something once a call has succeeded.
 *
 * @param result of the call: a value, or a promise of one
 * @param then what is done, and waited for where it takes time
 */
export function afterSuccess(result: unknown, then: () => Promise<void>): unknown {
  if (isPromise(result)) return result.then((value) => then().then(() => value))
  // a method that gives its value at once goes on doing so
  void then()
  return result
}
