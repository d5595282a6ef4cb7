import { isPromise } from '../../common/index.js'
import { endpointName, Slot, type StepFactory } from '../../pipeline/index.js'
import { usualStatus, type HttpContext, type HttpEndpoint } from '../../web/index.js'
import { PATH_ITEM_METHODS, type PathItemMethod } from '../document.js'
import { ContractBroken } from '../errors.js'
import type { ResponseContract } from './response-contract.js'

/** What happens when a response breaks the document: 500, or a line in the log. */
export type ContractMode = 'enforce' | 'warn'

/** What the steps need; there once the document is made, before the first request. */
export interface ContractState {
  readonly mode: ContractMode
  contract: ResponseContract | undefined
  /** The paths of endpoints, as the document writes them. */
  paths: ReadonlyMap<HttpEndpoint, string>
  warn(message: string): void
}

/**
 * Steps that hold what handlers and interceptors return to the document. What is answered by hand, streamed, or no JSON
 * is not looked at.
 *
 * @param state of the contract
 */
export function contractSteps(state: ContractState): StepFactory<HttpContext> {
  return {
    name: 'contract',
    slot: Slot.Admit,
    create(given) {
      const endpoint = given as HttpEndpoint
      const method = endpoint.method?.toLowerCase() as PathItemMethod
      if (endpoint.kind !== 'http' || endpoint.events || !PATH_ITEM_METHODS.includes(method)) return undefined
      const usual = usualStatus(endpoint)
      const inspect = (context: HttpContext, value: unknown): unknown => {
        const path = state.paths.get(endpoint)
        if (state.contract === undefined || path === undefined || !isJson(value)) return value
        if (context.route?.answers === true || context.exchange.sink.state !== 'idle') return value
        const status = context.touchedResponse?.statusCode ?? usual
        const body = JSON.parse(JSON.stringify(value)) as unknown
        const found = state.contract.breaches(path, method, { status, body })
        if (found.length === 0) return value
        const operation = `${endpointName(endpoint)} (${endpoint.method} ${path})`
        const error = new ContractBroken({ operation, status, breaches: found.join('; ') })
        if (state.mode === 'enforce') throw error
        state.warn(`[${error.code}] ${error.message}`)
        return value
      }
      return {
        kind: 'around',
        name: 'contract',
        run(context, next) {
          const result = next(context)
          return isPromise(result)
            ? result.then((value) => inspect(context, value))
            : inspect(context, result)
        },
      }
    },
  }
}

/** Objects and lists as they become JSON; text is sent as text, and nothing is an empty body. */
function isJson(value: unknown): boolean {
  if (typeof value === 'number' || typeof value === 'boolean') return true
  if (typeof value !== 'object' || value === null) return false
  if (value instanceof Uint8Array || Symbol.asyncIterator in value || Symbol.iterator in value)
    return Array.isArray(value)
  const tag = (value as { readonly [Symbol.toStringTag]?: string })[Symbol.toStringTag]
  return tag !== 'Response' && !('getStream' in value) && !('subscribe' in value)
}
