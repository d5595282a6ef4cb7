import { isPromise, type AbstractClass, type Class, type MaybePromise } from '../common/index.js'
import { recordAudit, type AuditEvent, type AuditLog } from '../core/index.js'

import { deny, toDecision, type Decision } from './decision.js'
import { AccessDenied, LoginRequired, PolicyUnknown, ResourceNotFound } from './errors.js'
import { covers, RoleHierarchy, type Grants } from './grants.js'
import { memberRights, type AuthorizationOptions } from './options.js'
import { actionOf, methodOf } from './policy.js'

type AnyClass = Class | AbstractClass

/** A policy that is ready to be asked. */
export interface BoundPolicy {
  readonly type: Class
  readonly resource: AnyClass
  readonly anonymous: boolean
  readonly instance: object
}

/** A refusal, as it is told and written down. */
export interface Refusal {
  readonly caller: unknown
  readonly action: string
  readonly target: string | undefined
  readonly decisions: readonly Decision[]
  readonly address?: string | undefined
  /** The challenges of 401, where it is answered over HTTP. */
  readonly challenge?: string | undefined
  /** What was asked for, in words, where there is no such thing for the caller. */
  readonly resource?: string | undefined
}

/**
 * Says who can do what: to guards of routes, and to whoever injects it. Callers are what guards have found: a `Principal`, or
 * what an application has in its place.
 *
 * @example
 * await this.authorizer.assert(user, 'publish', article)
 */
export class Authorizer {
  /** What roles mean. */
  readonly roles: RoleHierarchy
  private readonly explains: boolean
  private readonly grants = new WeakMap<object, Grants>()
  private policies: ReadonlyMap<AnyClass, BoundPolicy> = new Map()
  private log: AuditLog | undefined

  /**
   * @param options of the module
   * @throws {CorbelError} CORBEL_AUTHORIZATION_INVALID
   */
  constructor(private readonly options: AuthorizationOptions = {}) {
    this.roles = new RoleHierarchy(options.roles)
    this.explains = options.explain ?? process.env['NODE_ENV'] === 'development'
  }

  /**
   * Gives it the policies of the application, and where it writes what it has decided.
   *
   * @param policies built
   * @param log undefined for none
   */
  bind(policies: readonly BoundPolicy[], log: AuditLog | undefined): void {
    this.policies = new Map(policies.map((one) => [one.resource, one]))
    this.log = log
  }

  /** @returns what somebody has: his roles with all that they include, and all permissions; nothing for nobody */
  grantsOf(caller: unknown): Grants {
    if (typeof caller !== 'object' || caller === null) return NOTHING
    let grants = this.grants.get(caller)
    if (grants === undefined) {
      const { roles = [], permissions = [] } = (this.options.rightsOf ?? memberRights)(caller)
      this.grants.set(caller, (grants = this.roles.grantsOf(roles, permissions)))
    }
    return grants
  }

  /** @returns whether somebody has a role, by itself or through another one */
  hasRole(caller: unknown, role: string): boolean {
    return this.grantsOf(caller).roles.has(role)
  }

  /** @returns whether somebody is permitted something: `articles:write` */
  isPermitted(caller: unknown, permission: string): boolean {
    return this.grantsOf(caller).permissions.some((held) => covers(held, permission))
  }

  /**
   * Asks the policy of a resource.
   *
   * @param caller who; undefined for nobody
   * @param action a method of the policy
   * @param resource what, or its class for actions that need none
   * @param type the class of the policy, where the resource is a plain object
   * @throws {CorbelError} CORBEL_POLICY_UNKNOWN if there is no such policy or action: that is a mistake, not a refusal
   */
  decide(
    caller: unknown,
    action: string,
    resource: object,
    type: AnyClass = classOf(resource),
  ): MaybePromise<Decision> {
    const policy = this.policyOf(type)
    const method = policy === undefined ? undefined : actionOf(policy.type, action)
    if (policy === undefined || method === undefined)
      throw new PolicyUnknown({ action, resource: type.name || 'plain objects' })
    if (isNobody(caller) && !policy.anonymous) return deny('nobody is logged in.')
    const who = isNobody(caller) ? undefined : caller
    const before = methodOf(policy.type, 'before')
    const ask = (first: unknown): MaybePromise<Decision> => {
      if (first !== undefined) return toDecision(first, `${policy.type.name}.before`)
      const subject = typeof resource === 'function' ? undefined : resource
      const answer = method.call(policy.instance, ...([who, subject] as never[]))
      const name = `${policy.type.name}.${action}`
      return isPromise(answer) ? answer.then((one) => toDecision(one, name)) : toDecision(answer, name)
    }
    const first = before?.call(policy.instance, ...([who, action] as never[]))
    return isPromise(first) ? first.then(ask) : ask(first)
  }

  /** As `decide`, in one word: for what a page shows. */
  async can(caller: unknown, action: string, resource: object, type?: AnyClass): Promise<boolean> {
    return (await this.decide(caller, action, resource, type)).allowed
  }

  /**
   * As `decide`, with an error where it is refused.
   *
   * @throws {CorbelError} CORBEL_AUTHORIZATION_LOGIN_REQUIRED (401), CORBEL_AUTHORIZATION_DENIED (403),
   *   CORBEL_AUTHORIZATION_RESOURCE_NOT_FOUND (404) where the policy hides it
   */
  async assert(caller: unknown, action: string, resource: object, type?: AnyClass): Promise<void> {
    const decision = await this.decide(caller, action, resource, type)
    const target = nameOf(resource, type)
    const refusal = { caller, action, target, decisions: [decision], resource: target.split(':', 1)[0] }
    if (!decision.allowed) throw this.refuse(refusal)
    this.note(refusal)
  }

  /** @returns the resources with which somebody can do something, in their order */
  async filter<Resource extends object>(
    caller: unknown,
    action: string,
    resources: readonly Resource[],
    type?: AnyClass,
  ): Promise<Resource[]> {
    const answers = await Promise.all(resources.map((one) => this.can(caller, action, one, type)))
    return resources.filter((_, index) => answers[index])
  }

  /** The policy of a class, or of one above it. */
  policyOf(type: AnyClass): BoundPolicy | undefined {
    let one: AnyClass | null = type
    while (typeof one === 'function') {
      const policy = this.policies.get(one)
      if (policy !== undefined) return policy
      one = Object.getPrototypeOf(one) as AnyClass | null
    }
    return undefined
  }

  /**
   * Writes a refusal down, and makes the error that tells of it.
   *
   * @param refusal what was refused
   */
  refuse(refusal: Refusal): Error {
    const { caller, decisions, challenge = 'Bearer', resource = 'resource' } = refusal
    this.record('authorization.denied', 'failure', refusal)
    const reasons = this.explains
      ? decisions.filter(({ allowed }) => !allowed).map((one) => one.reason)
      : undefined
    if (decisions.some(({ hidden }) => hidden === true)) return new ResourceNotFound({ resource, reasons })
    if (!isNobody(caller)) return new AccessDenied({ reasons })
    return new LoginRequired({ reasons }, { headers: { 'WWW-Authenticate': challenge } })
  }

  /** Writes down what was allowed, where every decision is kept. */
  note(allowed: Refusal): void {
    if (this.options.audit === 'all') this.record('authorization.allowed', 'success', allowed)
  }

  private record(type: string, outcome: AuditEvent['outcome'], refusal: Refusal): void {
    if (this.log === undefined) return
    const { caller, action, target, address, decisions } = refusal
    const { id, tenant } = (typeof caller === 'object' && caller !== null ? caller : {}) as {
      id?: unknown
      tenant?: unknown
    }
    recordAudit(this.log, {
      type,
      outcome,
      action,
      target,
      address,
      actor: typeof id === 'string' || typeof id === 'number' ? String(id) : undefined,
      tenant: typeof tenant === 'string' ? tenant : undefined,
      reason: decisions.map(({ reason }) => reason).join(' '),
    })
  }
}

/** What guards leave where nobody is logged in; libraries have null or false for it. */
export function isNobody(caller: unknown): boolean {
  return caller === undefined || caller === null || caller === false
}

const NOTHING: Grants = { roles: new Set(), permissions: [] }

function classOf(resource: object): AnyClass {
  return typeof resource === 'function' ? (resource as AnyClass) : (resource.constructor as AnyClass)
}

/** `Article:42`, as far as it has an id. */
function nameOf(resource: object, type: AnyClass = classOf(resource)): string {
  const id: unknown = typeof resource === 'function' ? undefined : Reflect.get(resource, 'id')
  return typeof id === 'string' || typeof id === 'number' ? `${type.name}:${id}` : type.name
}
