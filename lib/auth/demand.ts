import type { Principal } from '../core/index.js'
import { ScopeInsufficient, StepUpRequired } from './errors.js'
import type { RouteRule } from './strategy-registry.js'

/**
 * Holds a principal against what a route asks beyond being logged in.
 *
 * @param rule of the route
 * @param principal who calls
 * @throws {CorbelError} CORBEL_AUTH_SCOPE_INSUFFICIENT (403, RFC 6750 §3.1), CORBEL_AUTH_STEP_UP_REQUIRED (401, RFC 9470 §3)
 */
export function assertDemand({ scopes, factors, maxAge, strategies }: RouteRule, principal: Principal): void {
  const strategy = strategies.find(({ name }) => name === principal.strategy) ?? strategies[0]!
  if (factors !== undefined || maxAge !== undefined) {
    const missing = (factors ?? []).filter((factor) => principal.factors?.includes(factor) !== true)
    const age = Date.now() - (principal.authenticatedAt ?? 0)
    const isOld = maxAge !== undefined && age > maxAge * 1000
    if (missing.length > 0 || isOld) {
      const reason = missing.length > 0 ? `show ${missing.join(' and ')}` : 'log in again'
      const header = strategy.challenge({
        error: 'insufficient_user_authentication',
        error_description: 'More is needed to know who this is.',
        ...(missing.length > 0 && { acr_values: missing.join(' ') }),
        ...(isOld && { max_age: String(maxAge) }),
      })
      throw new StepUpRequired({ reason }, { headers: { 'WWW-Authenticate': header } })
    }
  }
  if (scopes === undefined || principal.scopes === undefined) return
  const missing = scopes.filter((scope) => !principal.scopes!.includes(scope))
  if (missing.length === 0) return
  const header = strategy.challenge({ error: 'insufficient_scope', scope: scopes.join(' ') })
  throw new ScopeInsufficient({ scopes: missing.join(' ') }, { headers: { 'WWW-Authenticate': header } })
}
