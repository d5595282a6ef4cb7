import { AuthenticationGuard } from '../auth/index.js'
import { AUDIT_LOG, type AppModel, type AuditLog, type DeclaredClass, type Feature } from '../core/index.js'
import type { Token } from '../di/index.js'
import { endpointName, Slot, type EndpointModel, type PipelineContext } from '../pipeline/index.js'
import { pathParamNames } from '../router/index.js'
import { isHttpEndpoint } from './http.js'
import { Authorizer } from './authorizer.js'
import { checkStep, describeRule, takesResource, type CheckParts } from './check.js'
import type { CanDemand } from './decorators.js'
import { AuthorizationInvalid, PolicyInvalid } from './errors.js'
import { fieldStep } from './fields.js'
import { assertPermission } from './grants.js'
import { AUTHORIZATION_OPTIONS, type AuthorizationOptions } from './options.js'
import { actionOf, methodOf, policyNote } from './policy.js'
import { ruleOf, type Rule } from './rules.js'

/** Holds every call against the rules of its endpoint, on every transport; endpoints without rules get no step. */
export function authorizationFeature(): Feature {
  const declared = new WeakMap<AppModel, DeclaredClass[]>()
  const prepared = new WeakSet<AppModel>()
  // already in `inspect`: around the steps that others add in `check`, so that results are held to the rules of their class
  // before something is left out
  const addFieldSteps = (model: AppModel): void => {
    if (prepared.has(model)) return
    prepared.add(model)
    const partsOf = partsReader(model)
    model.addSteps<PipelineContext>({
      name: 'visible fields',
      slot: Slot.Innermost,
      create: (endpoint) => fieldStep(endpoint as EndpointModel, () => partsOf().authorizer),
    })
  }
  return {
    name: 'authorization',
    inspect(one, model) {
      addFieldSteps(model)
      if (policyNote(one.type) === undefined) return
      const known = declared.get(model)
      if (known === undefined) declared.set(model, [one])
      else known.push(one)
    },
    check(model) {
      const policies = declared.get(model) ?? []
      checkPolicies(policies, model)
      for (const endpoint of model.endpoints) checkEndpoint(endpoint, policies, model)
      const partsOf = partsReader(model)
      model.addSteps<PipelineContext>({
        name: 'authorize',
        slot: Slot.Authorized,
        create(endpoint) {
          const rule = ruleOf(endpoint)
          if (rule === 'open') return undefined
          const isClosed = rule !== undefined || optionsOf(model).denyByDefault === true
          return isClosed ? checkStep(endpoint, rule, partsOf) : undefined
        },
      })
    },
    describe(endpoint) {
      const rule = ruleOf(endpoint)
      return typeof rule === 'object' ? { authorization: describeRule(rule) } : undefined
    },
    compile(model) {
      const policies = [...new Map((declared.get(model) ?? []).map((one) => [one.type, one])).values()]
      for (const { type, record } of policies)
        if (!record.isStatic) {
          const problem =
            'it lives for one request, and is asked outside of requests, too. Inject RequestContext in place of what makes it so.'
          throw new PolicyInvalid({ policy: type.name, problem })
        }
      const authorizer = provided<Authorizer>(model, Authorizer)!
      for (const endpoint of model.endpoints) checkRoles(endpoint, authorizer)
      authorizer.bind(
        policies.map(({ type, record }) => {
          const { resource, anonymous = false } = policyNote(type)!
          return { type, resource, anonymous, instance: model.injector.resolve(record) as object }
        }),
        provided<AuditLog>(model, AUDIT_LOG),
      )
    },
  }
}

function checkPolicies(policies: readonly DeclaredClass[], model: AppModel): void {
  const byResource = new Map<unknown, DeclaredClass>()
  for (const one of policies) {
    const { resource } = policyNote(one.type)!
    const other = byResource.get(resource)
    if (other !== undefined && other.type !== one.type) {
      const problem = `${other.type.name} is the policy of ${resource.name}, too. Put their methods into one class.`
      model.report(new PolicyInvalid({ policy: one.type.name, problem }))
    }
    byResource.set(resource, one)
  }
}

function checkEndpoint(endpoint: EndpointModel, policies: readonly DeclaredClass[], model: AppModel): void {
  let rule: ReturnType<typeof ruleOf>
  try {
    rule = ruleOf(endpoint)
    if (typeof rule !== 'object') return
    for (const permission of rule.permissions ?? []) assertPermission(permission, endpointName(endpoint))
  } catch (error) {
    model.report(error as Error)
    return
  }
  for (const demand of rule.demands) {
    const problem = demandProblem(demand, endpoint, policies)
    if (problem !== undefined) model.report(problem)
  }
}

function demandProblem(
  { action, type, param = 'id', key }: CanDemand,
  endpoint: EndpointModel,
  policies: readonly DeclaredClass[],
): Error | undefined {
  const place = endpointName(endpoint)
  const policy = policies.find((one) => isOrIsAbove(policyNote(one.type)!.resource, type))
  if (policy === undefined) {
    const problem = `@Can('${action}', ${type.name}) asks a policy, and there is none. List a class with @Policy(${type.name}) under "providers".`
    return new AuthorizationInvalid({ place, problem })
  }
  const name = policy.type.name
  if (actionOf(policy.type, action) === undefined) {
    return new PolicyInvalid({
      policy: name,
      problem: `${place} asks for its method ${action}, which it has not.`,
    })
  }
  if (!takesResource(policy.type, action)) return undefined
  if (methodOf(policy.type, 'load') === undefined) {
    const problem = `${place} asks ${action} about a resource, and the policy has no load(key) that finds it.`
    return new PolicyInvalid({ policy: name, problem })
  }
  if (key !== undefined) return undefined
  if (isHttpEndpoint(endpoint) && hasParam(endpoint.path, param, place)) return undefined
  const problem = `@Can('${action}', ${type.name}) needs to know which one, and there is no path parameter "${param}". Name another one ({ param }), or give a function ({ key }).`
  return new AuthorizationInvalid({ place, problem })
}

function hasParam(path: string, param: string, place: string): boolean {
  try {
    return pathParamNames(path, place).has(param)
  } catch {
    // the router says what is wrong with the path
    return true
  }
}

function isOrIsAbove(resource: object, type: object): boolean {
  return resource === type || Object.prototype.isPrototypeOf.call(resource, type)
}

/** Roles are checked once the options are there. */
function checkRoles(endpoint: EndpointModel, { roles }: Authorizer): void {
  const rule = ruleOf(endpoint)
  const named = typeof rule === 'object' ? ((rule satisfies Rule).roles ?? []) : []
  const unknown = named.find((role) => !roles.knows(role))
  if (unknown === undefined) return
  const problem = `@Roles('${unknown}') names no role of AuthorizationModule. It has: ${roles.names.join(', ')}.`
  throw new AuthorizationInvalid({ place: endpointName(endpoint), problem })
}

function partsReader(model: AppModel): () => CheckParts {
  let parts: CheckParts | undefined
  return () => (parts ??= createParts(model))
}

function createParts(model: AppModel): CheckParts {
  const authorizer = provided<Authorizer>(model, Authorizer)!
  const guard = provided<AuthenticationGuard>(model, AuthenticationGuard)
  return { authorizer, challengeFor: (endpoint) => guard?.challengeFor(endpoint) ?? 'Bearer' }
}

function optionsOf(model: AppModel): AuthorizationOptions {
  return provided<AuthorizationOptions>(model, AUTHORIZATION_OPTIONS) ?? {}
}

function provided<T>(model: AppModel, token: Token<T>): T | undefined {
  for (const record of model.graph.records())
    if (record.token === token) return model.injector.resolve(record) as T
  return undefined
}
