import { CorbelError, isPromise, type MaybePromise } from '../common/index.js'
import { attachPrincipal, recordAudit, type AuditLog, type Principal } from '../core/index.js'
import { Inject, Injectable } from '../di/index.js'
import {
  Describes,
  type CanActivate,
  type EndpointModel,
  type EnhancerNotes,
  type ExecutionContext,
  type Handler,
} from '../pipeline/index.js'
import { credentialsOf, type CredentialSource } from './credentials.js'
import { assertDemand } from './demand.js'
import { AuthenticationFailed, TokenExpired } from './errors.js'
import { declaredDemand, demandOf } from './policy.js'
import type { AuthStrategy } from './strategy.js'
import { StrategyRegistry, type RouteRule } from './strategy-registry.js'

/**
 * Asks the strategies of `AuthModule` who makes a call, on every transport. The module provides it under `APP_GUARD`;
 * `@UseGuards(AuthenticationGuard)` asks on one class or method where the module does not.
 */
@Injectable()
@Describes(({ endpoint, instance }) =>
  instance instanceof AuthenticationGuard ? instance.notesFor(endpoint) : undefined,
)
export class AuthenticationGuard implements CanActivate {
  /** Told of wrong credentials; the feature sets it where the application has one. */
  audit: AuditLog | undefined
  private readonly rules = new WeakMap<object, Map<Handler, RouteRule>>()

  /** @param strategies those of the module */
  constructor(@Inject(StrategyRegistry) private readonly strategies: StrategyRegistry) {}

  /**
   * @param context the call
   * @throws {AuthenticationFailed} 401 with the challenges of the route's strategies
   * @throws {CorbelError} CORBEL_AUTH_SCOPE_INSUFFICIENT (403), CORBEL_AUTH_STEP_UP_REQUIRED (401)
   */
  canActivate(context: ExecutionContext): MaybePromise<boolean> {
    const rule = this.ruleFor(context)
    if (rule.policy === 'public') return true
    const source = credentialsOf(context)
    let found: MaybePromise<Principal | undefined>
    try {
      found = identify(rule.strategies, source, 0)
    } catch (error) {
      throw this.noted(error, source)
    }
    if (!isPromise(found)) return admit(context, rule, found)
    return found.then(
      (principal) => admit(context, rule, principal),
      (error: unknown) => {
        throw this.noted(error, source)
      },
    )
  }

  /** Writes down that somebody has tried wrong credentials. */
  private noted(error: unknown, { address, context }: CredentialSource): unknown {
    if (this.audit === undefined || !(error instanceof AuthenticationFailed)) return error
    const { cause } = error
    recordAudit(this.audit, {
      type: 'auth.refused',
      outcome: 'failure',
      address,
      action: `${context.getClass().name}.${context.getHandler().name}`,
      reason: cause instanceof Error ? cause.message : error.message,
    })
    return error
  }

  /**
   * What documents say of an endpoint.
   *
   * @param endpoint the endpoint
   */
  notesFor(endpoint: EndpointModel): EnhancerNotes | undefined {
    const rule = this.strategies.ruleOf(declaredDemand(endpoint))
    if (rule.policy === 'public') return undefined
    const security = rule.strategies.map((strategy) => ({
      name: strategy.name,
      scheme: strategy.describe(),
      optional: rule.policy === 'optional',
      ...(rule.scopes !== undefined && { scopes: rule.scopes }),
    }))
    const responses: Record<number, string> = { 401: 'The credentials are missing or not valid.' }
    if (rule.scopes !== undefined)
      responses[403] = `The credentials are not good for ${rule.scopes.join(' ')}.`
    return { security, alternatives: true, responses }
  }

  /**
   * What `WWW-Authenticate` says where somebody has to be logged in to an endpoint.
   *
   * @param endpoint the endpoint
   */
  challengeFor(endpoint: EndpointModel): string {
    return challengesOf(this.strategies.ruleOf(declaredDemand(endpoint)))
  }

  private ruleFor(context: ExecutionContext): RouteRule {
    const owner = context.getClass()
    const handler = context.getHandler()
    let ofOwner = this.rules.get(owner)
    if (ofOwner === undefined) this.rules.set(owner, (ofOwner = new Map()))
    let rule = ofOwner.get(handler)
    if (rule === undefined) ofOwner.set(handler, (rule = this.strategies.ruleOf(demandOf(handler, owner))))
    return rule
  }
}

function admit(context: ExecutionContext, rule: RouteRule, principal: Principal | undefined): boolean {
  if (principal !== undefined) {
    if (rule.isDemanding) assertDemand(rule, principal)
    attachPrincipal(context, principal)
    return true
  }
  if (rule.policy === 'optional') return true
  // without an error code: the client has not tried anything wrong (RFC 6750 §3.1)
  throw new AuthenticationFailed('Authentication is required.', challengesOf(rule))
}

function challengesOf({ strategies }: RouteRule): string {
  return strategies.map((strategy) => strategy.challenge()).join(', ')
}

/** The first strategy that finds credentials decides: wrong ones are not passed over. */
function identify(
  strategies: readonly AuthStrategy[],
  source: CredentialSource,
  from: number,
): MaybePromise<Principal | undefined> {
  for (let i = from; i < strategies.length; i += 1) {
    const strategy = strategies[i]!
    let found: MaybePromise<Principal | undefined>
    try {
      found = strategy.authenticate(source)
    } catch (error) {
      throw refusal(strategy, error)
    }
    if (isPromise(found)) {
      return found.then(
        (principal) => principal ?? identify(strategies, source, i + 1),
        (error: unknown) => {
          throw refusal(strategy, error)
        },
      )
    }
    if (found !== undefined) return found
  }
  return undefined
}

/** What the client learns: that credentials have expired, or that they are not valid; never which check they failed. */
function refusal(strategy: AuthStrategy, error: unknown): unknown {
  if (!(error instanceof CorbelError) || error.status !== 401 || error.headers !== undefined) return error
  const message = error instanceof TokenExpired ? error.message : 'The credentials are not valid.'
  return new AuthenticationFailed(
    message,
    strategy.challenge({ error: 'invalid_token', error_description: message }),
    error,
  )
}
