import {
  MemoryRateLimitStore,
  RATE_LIMIT_STORE,
  type AppModel,
  type Feature,
  type RateLimitStore,
} from '../../core/index.js'
import type { Token } from '../../di/index.js'
import { endpointName, Slot, type EndpointModel } from '../../pipeline/index.js'
import type { HttpContext } from '../../web/index.js'
import { RateLimit, SkipRateLimit } from './decorators.js'
import { compileRule, RATE_LIMIT_OPTIONS, type CompiledRule, type RateLimitModuleOptions } from './options.js'
import { rateLimitStep, type RateLimitParts } from './step.js'

/** Counts the calls of the routes that have limits. */
export const rateLimitFeature: Feature = {
  name: 'rate-limits',
  requires: ['web'],
  check(model) {
    let parts: RateLimitParts | undefined
    const partsOf = (): RateLimitParts => (parts ??= createParts(model))
    for (const slot of [Slot.Admit, Slot.Authorized]) {
      model.addSteps<HttpContext>({
        name: 'rate limit',
        slot,
        create(endpoint) {
          // whose calls are counted by user is known only after the guards
          const rules = rulesOf(endpoint, optionsOf(model)).filter(
            ({ by }) => (by === 'user') === (slot === Slot.Authorized),
          )
          return rules.length === 0 ? undefined : rateLimitStep(rules, partsOf)
        },
      })
    }
  },
  describe(endpoint) {
    const { metadata } = endpoint
    const names = (metadata.onMethod(RateLimit) ?? []).map(({ name = 'default' }) => name)
    if (names.length === 0 && metadata.onClass(RateLimit) === undefined) return undefined
    const refusals = { 429: 'Too many requests.' }
    return { ...(names.length > 0 && { rateLimits: names }), refusals }
  },
}

function rulesOf(
  endpoint: EndpointModel<HttpContext>,
  { limits = [] }: RateLimitModuleOptions,
): CompiledRule[] {
  if (endpoint.kind !== 'http') return []
  const { metadata } = endpoint
  const route = endpointName(endpoint)
  const skipped = metadata.onMethod(SkipRateLimit) ?? metadata.onClass(SkipRateLimit)
  const rules = new Map<string, CompiledRule>()
  for (const [list, perRoute] of [
    [limits, false],
    [metadata.onClass(RateLimit) ?? [], true],
  ] as const)
    for (const rule of list) {
      const compiled = compileRule(rule, route, perRoute)
      rules.set(compiled.name, compiled)
    }
  for (const name of skipped?.length === 0 ? [...rules.keys()] : (skipped ?? [])) rules.delete(name)
  for (const rule of metadata.onMethod(RateLimit) ?? []) {
    const compiled = compileRule(rule, route, true)
    rules.set(compiled.name, compiled)
  }
  return [...rules.values()]
}

function optionsOf(model: AppModel): RateLimitModuleOptions {
  return provided<RateLimitModuleOptions>(model, RATE_LIMIT_OPTIONS) ?? {}
}

function createParts(model: AppModel): RateLimitParts {
  const { store, skip } = optionsOf(model)
  return {
    store: store ?? provided<RateLimitStore>(model, RATE_LIMIT_STORE) ?? new MemoryRateLimitStore(),
    skip,
    userOf: ({ request }) => {
      const user = request['user'] as { id?: unknown; sub?: unknown } | undefined
      const id = user?.id ?? user?.sub
      return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined
    },
  }
}

function provided<T>(model: AppModel, token: Token<T>): T | undefined {
  for (const record of model.graph.records())
    if (record.token === token) return model.injector.resolve(record) as T
  return undefined
}
