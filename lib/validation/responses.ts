import { isClass, isPromise, schemaOf } from '../common/index.js'
import type { AppModel, Feature } from '../core/index.js'
import {
  endpointName,
  isObservableLike,
  nearestProvider,
  Slot,
  type EndpointModel,
  type Step,
  type StepFactory,
} from '../pipeline/index.js'
import {
  Returns,
  StreamableFile,
  usualStatus,
  type HttpContext,
  type HttpEndpoint,
  type ReturnsDeclaration,
} from '../web/index.js'
import { ResponseInvalid } from './errors.js'
import { compileCheck, type ResponseCheck, type Verdict } from './response-check.js'
import { ruleSourceAt, bootProblems, type RulePlace } from './rule-source.js'

/** How results of handlers with `@Returns` are held to it. */
export interface ResponseValidationOptions {
  /**
   * `'enforce'`: a breach is answered 500; `'warn'`: it is only logged; `{ sample: 0.01 }`: so many of the results are
   * checked, and breaches logged. Default: `'enforce'` unless NODE_ENV is `production`, then `'off'`.
   */
  readonly validate?: 'enforce' | 'warn' | 'off' | { readonly sample: number }
  /** Leaves out properties about which the class declares nothing. Default false. */
  readonly strip?: boolean
}

/**
 * Holds what handlers return to their `@Returns`, before interceptors see it. Routes without one, and all of them where
 * nothing is checked or stripped, get no step.
 *
 * @param options see `ResponseValidationOptions`
 */
export function responseValidation(options: ResponseValidationOptions = {}): Feature {
  const mode = options.validate ?? (process.env['NODE_ENV'] === 'production' ? 'off' : 'enforce')
  const strip = options.strip === true
  const share = typeof mode === 'object' ? mode.sample : mode === 'off' ? 0 : 1
  let warn: (message: string) => void = () => undefined

  /** Breaks with what is wrong, or tells it; gives what is to be sent. */
  function conclude(route: string, { value, breaches }: Verdict, given: unknown): unknown {
    if (breaches.length > 0) {
      const error = new ResponseInvalid({ route, breaches: breaches.join('; ') })
      if (mode === 'enforce') throw error
      warn(`[${error.code}] ${error.message}`)
    }
    return strip ? value : given
  }

  function stepFor(
    endpoint: HttpEndpoint,
    checks: ReadonlyMap<number | undefined, ResponseCheck>,
  ): Step<HttpContext> {
    const usual = usualStatus(endpoint)
    const route = `${endpointName(endpoint)} (${endpoint.method} ${endpoint.path})`
    const inspect = (context: HttpContext, given: unknown): unknown => {
      // answered by hand, or not as one JSON value
      if (context.route?.answers === true || context.exchange.sink.state !== 'idle' || isOther(given))
        return given
      const isChecked = share === 1 || (share > 0 && Math.random() < share)
      if (!isChecked && !strip) return given
      const check = checks.get(context.touchedResponse?.statusCode ?? usual) ?? checks.get(undefined)
      if (check === undefined) return given
      const decide = (verdict: Verdict): unknown =>
        isChecked ? conclude(route, verdict, given) : verdict.value
      const verdict = check(given, context)
      return isPromise<Verdict>(verdict) ? verdict.then(decide) : decide(verdict)
    }
    return {
      kind: 'around',
      readsBody: false,
      name: 'check the result',
      run(context, next) {
        const result = next(context)
        return isPromise(result) ? result.then((value) => inspect(context, value)) : inspect(context, result)
      },
    }
  }

  function stepsOf(model: AppModel): StepFactory<HttpContext> {
    return {
      name: 'responses',
      slot: Slot.Innermost,
      create(endpoint) {
        const declared = declaredBy(endpoint)
        if (declared.length === 0 || (share === 0 && !strip)) return undefined
        const source = ruleSourceAt(placeIn(model, endpoint))
        const checks = declared.map((one) => [one.status, compileCheck(one, { strip, source })] as const)
        return stepFor(endpoint as HttpEndpoint, new Map(checks))
      },
    }
  }

  return {
    name: 'responses',
    check(model) {
      model.addSteps(stepsOf(model))
      const problems = new Map<string, Error>()
      for (const endpoint of model.endpoints) {
        const { find } = placeIn(model, endpoint)
        for (const { type } of declaredBy(endpoint)) {
          if (!isClass(type) || schemaOf(type) !== undefined) continue
          for (const problem of bootProblems(type, find)) problems.set(problem.message, problem)
        }
      }
      // a class may be that of a parameter, too
      for (const { message } of model.problems) problems.delete(message)
      problems.forEach((problem) => model.report(problem))
    },
    start({ logger }) {
      warn = (message) => logger.warn(message, 'Corbel')
    },
  }
}

/** What stands on a route that answers with one value. */
function declaredBy(endpoint: EndpointModel<HttpContext>): readonly ReturnsDeclaration[] {
  const { kind, events, metadata } = endpoint as HttpEndpoint
  return kind === 'http' && !events ? (metadata.onMethod(Returns) ?? []) : []
}

function placeIn({ graph, injector }: AppModel, endpoint: EndpointModel<HttpContext>): RulePlace {
  const records = () => graph.records()
  return {
    endpoint,
    injector,
    records,
    find: (token) => nearestProvider(token, endpoint.module, records()),
  }
}

/** Streams, bytes and answers of their own kind: there is no object that a class could describe. */
function isOther(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return (
    value instanceof Uint8Array ||
    value instanceof StreamableFile ||
    isObservableLike(value) ||
    typeof (value as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] === 'function' ||
    (value as { readonly [Symbol.toStringTag]?: string })[Symbol.toStringTag] === 'Response'
  )
}
