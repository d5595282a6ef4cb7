import type { Feature, LoggerService } from '../core/index.js'
import { endpointName, Slot, type EndpointModel, type StepFactory } from '../pipeline/index.js'
import { durationMs, type HttpContext, type HttpEndpoint } from '../web/index.js'
import { Timeout, timeProblem, type TimeoutDeclaration } from './decorator.js'
import { GatewayTimeout, HandlerTimeout, TimeoutInvalid } from './errors.js'
import { timeoutStep } from './step.js'

/**
 * Bounds the time of handlers: those with `@Timeout`, and all where the application has a time.
 *
 * @param time of routes that declare none: milliseconds, or text such as `'30s'`; none by default
 * @throws {CorbelError} CORBEL_TIMEOUT_INVALID
 */
export function timeoutsFeature(time?: number | string): Feature {
  const problem = time === undefined ? undefined : timeProblem(time)
  if (problem !== undefined) throw new TimeoutInvalid({ problem })
  let logger: LoggerService | undefined
  const declared = ({ kind, metadata }: EndpointModel): TimeoutDeclaration | undefined => {
    if (kind !== 'http') return undefined
    const found =
      metadata.onMethod(Timeout) ?? metadata.onClass(Timeout) ?? (time === undefined ? undefined : { time })
    return found?.time === false ? undefined : found
  }
  const factory: StepFactory<HttpContext> = {
    name: 'timeout',
    slot: Slot.Admit,
    create(endpoint) {
      const declaration = declared(endpoint)
      if (declaration === undefined) return undefined
      const handler = endpointName(endpoint)
      const ms = durationMs(declaration.time as number | string)
      const ErrorClass = declaration.status === 504 ? GatewayTimeout : HandlerTimeout
      return timeoutStep({
        time: ms,
        keepsStreams: (endpoint as HttpEndpoint).events,
        error: () => new ErrorClass({ handler, time: ms }),
        late: (error) => logger?.warn(error, `${handler} failed after its time was over`),
      })
    },
  }
  return {
    name: 'timeouts',
    requires: ['web'],
    check: (model) => model.addSteps(factory),
    describe(endpoint) {
      const declaration = declared(endpoint)
      if (declaration === undefined) return undefined
      const refusals = { [declaration.status ?? 503]: 'The time of the handler is over.' }
      return { timeout: durationMs(declaration.time as number | string), refusals }
    },
    start(app) {
      logger = app.logger
    },
  }
}
