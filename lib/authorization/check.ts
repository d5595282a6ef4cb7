import { isPromise } from '../common/index.js'
import { principalOf } from '../core/index.js'
import {
  endpointName,
  type EndpointModel,
  type ExecutionContext,
  type PipelineContext,
  type Step,
} from '../pipeline/index.js'
import { HttpContext } from '../web/index.js'
import { isNobody, type Authorizer } from './authorizer.js'
import { allow, deny, hide, type Decision } from './decision.js'
import type { CanDemand } from './decorators.js'
import { keepResource } from './loaded.js'
import { actionOf, methodOf } from './policy.js'
import type { Rule } from './rules.js'

/** What the step needs of the application. */
export interface CheckParts {
  readonly authorizer: Authorizer
  /** The challenge of 401. */
  challengeFor(endpoint: EndpointModel): string
}

/**
 * The step that holds a caller against the rules of an endpoint. It runs after all guards, whoever has written them.
 *
 * @param endpoint of any transport
 * @param rule undefined for an endpoint that has none and needs one
 * @param partsOf known once the application is built
 */
export function checkStep<C extends PipelineContext>(
  endpoint: EndpointModel<C>,
  rule: Rule | undefined,
  partsOf: () => CheckParts,
): Step<C> {
  return {
    kind: 'before',
    name: `authorize ${rule === undefined ? 'nobody' : describeRule(rule).join(', ')}`,
    readsBody: false,
    run(context) {
      const { authorizer, challengeFor } = partsOf()
      const caller = principalOf(context)
      const finish = (decisions: readonly Decision[]): void => {
        const done = {
          caller,
          action: endpointName(endpoint),
          target: undefined,
          decisions,
          resource: rule?.demands.at(-1)?.type.name,
          address: context instanceof HttpContext ? context.request.ip : undefined,
          challenge: challengeFor(endpoint),
        }
        if (decisions.every(({ allowed }) => allowed)) authorizer.note(done)
        else throw authorizer.refuse(done)
      }
      if (rule === undefined)
        return finish([deny('the endpoint has no rule, and nobody is let in by default.')])
      const decisions = checkRights(authorizer, caller, rule)
      // who lacks a right learns nothing of resources, and costs no query
      if (rule.demands.length === 0 || decisions.some(({ allowed }) => !allowed)) return finish(decisions)
      return askPolicies(authorizer, context, caller, rule.demands).then((more) =>
        finish([...decisions, ...more]),
      )
    },
  }
}

/** A rule in words, for documents and descriptions. */
export function describeRule({ roles, permissions, demands }: Rule): readonly string[] {
  return [
    ...(roles === undefined ? [] : [`role ${roles.join(' or ')}`]),
    ...(permissions === undefined ? [] : [`permission ${permissions.join(' and ')}`]),
    ...demands.map(({ action, type }) => `can ${action} ${type.name}`),
  ]
}

function checkRights(authorizer: Authorizer, caller: unknown, { roles, permissions }: Rule): Decision[] {
  const decisions: Decision[] = []
  if (roles !== undefined) {
    const had = roles.find((role) => authorizer.hasRole(caller, role))
    decisions.push(
      had === undefined ? deny(`it takes the role ${roles.join(' or ')}.`) : allow(`role ${had}.`),
    )
  }
  for (const permission of permissions ?? []) {
    const isHeld = authorizer.isPermitted(caller, permission)
    decisions.push(
      isHeld ? allow(`permission ${permission}.`) : deny(`it takes the permission ${permission}.`),
    )
  }
  return decisions
}

/** One after the other: the first that refuses decides, and nothing more is loaded. */
async function askPolicies(
  authorizer: Authorizer,
  context: PipelineContext,
  caller: unknown,
  demands: readonly CanDemand[],
): Promise<readonly Decision[]> {
  const decisions: Decision[] = []
  for (const demand of demands) {
    const decision = await askPolicy(authorizer, context, caller, demand)
    decisions.push(decision)
    if (!decision.allowed) break
  }
  return decisions
}

async function askPolicy(
  authorizer: Authorizer,
  context: PipelineContext,
  caller: unknown,
  demand: CanDemand,
): Promise<Decision> {
  const { action, type } = demand
  const policy = authorizer.policyOf(type)!
  if (isNobody(caller) && !policy.anonymous) return deny('nobody is logged in.')
  if (!takesResource(policy.type, action)) return authorizer.decide(caller, action, type, type)
  const key = await keyOf(demand, context)
  const load = methodOf(policy.type, 'load')!
  const resource: unknown = await load.call(policy.instance, ...([key, context] as never[]))
  if (typeof resource !== 'object' || resource === null)
    return hide(`there is no ${type.name} ${String(key)}.`)
  keepResource(context, type, resource)
  return authorizer.decide(caller, action, resource, type)
}

function keyOf({ param = 'id', key }: CanDemand, context: ExecutionContext): unknown {
  if (key === undefined) return (context as HttpContext).params[param]
  const found = key(context)
  return isPromise(found) ? found : Promise.resolve(found)
}

/** Whether a method of a policy has a parameter for a resource. */
export function takesResource(type: object, action: string): boolean {
  return (actionOf(type as Parameters<typeof actionOf>[0], action)?.length ?? 0) > 1
}
