import { isPromise } from '../common/index.js'
import type { AppModel, Feature } from '../core/index.js'
import { Slot, type StepFactory } from '../pipeline/index.js'
import type { HttpContext, HttpEndpoint } from '../web/index.js'
import { CacheControl, ConditionalMetadata, ETag, type TagStrength } from './decorators.js'
import { finishWithTag, holds, sendNotModified } from './finish.js'
import { checkChange, validatorsOf, type PreconditionOptions, type ResourceState } from './state.js'

/**
 * Validators and conditions of requests, on routes that declare them.
 *
 * @param etag tags for all GET routes, as `@ETag` gives them: true for weak ones. Default false
 */
export function conditionalFeature(etag: TagStrength | boolean = false): Feature {
  const usual = etag === true ? 'weak' : etag
  return {
    name: 'conditional',
    check(model) {
      let hasConditions = false
      for (const endpoint of model.endpoints as unknown as HttpEndpoint[]) {
        if (endpoint.kind !== 'http') continue
        const { metadata, method } = endpoint
        const cached = metadata.get(CacheControl)
        if (cached !== undefined)
          endpoint.headers = [...(endpoint.headers ?? []), { name: 'cache-control', value: cached.text }]
        const isRead = method === 'GET' || method === 'HEAD' || method === '*'
        const isConditional = metadata.onMethod(ConditionalMetadata) !== undefined
        hasConditions ||= isConditional
        // the state that was asked for is what counts there, not the bytes
        const strength = isConditional ? undefined : (metadata.get(ETag) ?? usual)
        if (isRead && !endpoint.events && strength !== false && strength !== undefined)
          endpoint.finish = finishWithTag(strength)
      }
      if (hasConditions) model.addSteps(conditionSteps(model))
    },
  }
}

function conditionSteps({ injector }: AppModel): StepFactory<HttpContext> {
  return {
    name: 'conditional',
    slot: Slot.Authorized,
    create({ metadata, record }) {
      const declared = metadata.onMethod(ConditionalMetadata)
      if (declared === undefined) return undefined
      const { stateOf } = declared
      return {
        kind: 'around',
        name: 'conditions',
        readsBody: false,
        run(context, next) {
          const proceed = (state: ResourceState): unknown =>
            isAnswered(context, state, declared) ? undefined : next(context)
          const ask = (controller: unknown): unknown => {
            const state = stateOf(controller as object, context.request)
            return isPromise<ResourceState>(state) ? state.then(proceed) : proceed(state)
          }
          if (record.isStatic && !record.isTransient) return ask(record.instance)
          const controller = injector.resolve(record, context.scope)
          return isPromise(controller) ? controller.then(ask) : ask(controller)
        },
      }
    },
  }
}

/** @returns true if the client has that state, and was told so */
function isAnswered(context: HttpContext, state: ResourceState, options: PreconditionOptions): boolean {
  const { method, headers } = context.exchange
  if (method !== 'GET' && method !== 'HEAD') {
    checkChange(method, headers, state, options)
    return false
  }
  if (state === undefined || state === null) return false
  const validators = validatorsOf(state)
  const { response } = context
  if (validators.etag !== undefined) response.setHeader('etag', validators.etag)
  if (validators.lastModified !== undefined) response.setHeader('last-modified', validators.lastModified)
  if (!holds(context, validators)) return false
  response.statusCode = 304
  sendNotModified(context.outlet, response.headers)
  return true
}
