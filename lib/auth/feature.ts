import { AUDIT_LOG, type AppModel, type AuditLog, type Feature } from '../core/index.js'
import type { Token } from '../di/index.js'
import { endpointName } from '../pipeline/index.js'
import { COOKIE_CREDENTIALS } from '../web/index.js'
import { AuthenticationGuard } from './authentication-guard.js'
import { declaredDemand } from './policy.js'
import { StrategyRegistry } from './strategy-registry.js'

/**
 * Checks at boot that every strategy that a route names is there, gives the guard the application's audit log, and tells by
 * which cookies callers are recognised.
 */
export function authFeature(): Feature {
  return {
    name: 'authentication',
    check(model) {
      model.contribute(COOKIE_CREDENTIALS, () => {
        const registry = provided(model, StrategyRegistry)
        return registry instanceof StrategyRegistry ? registry.cookies : []
      })
    },
    compile(model) {
      const registry = provided(model, StrategyRegistry)
      if (!(registry instanceof StrategyRegistry)) return
      for (const endpoint of model.endpoints) {
        registry.ruleOf(declaredDemand(endpoint), `@Authenticated of ${endpointName(endpoint)}`)
      }
      const guard = provided(model, AuthenticationGuard)
      if (guard instanceof AuthenticationGuard) guard.audit = provided<AuditLog>(model, AUDIT_LOG)
    },
  }
}

function provided<T>(model: AppModel, token: Token<T>): T | undefined {
  const record = [...model.graph.records()].find((one) => one.token === token)
  return record === undefined ? undefined : (model.injector.resolve(record) as T)
}
