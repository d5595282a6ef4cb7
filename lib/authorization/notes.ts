import { AppliesTo, Describes, type CanActivate, type EndpointModel } from '../pipeline/index.js'
import { describeRule } from './check.js'
import { ruleOf } from './rules.js'

/**
 * Says in documents what rules ask. Rules are checked by a step that runs after all guards, so that this one is part of no
 * plan: it only stands where documents look.
 */
@AppliesTo(() => false)
@Describes(({ endpoint }) => {
  const responses = responsesOf(endpoint)
  return responses === undefined ? undefined : { responses }
})
export class RuleNotes implements CanActivate {
  canActivate(): boolean {
    return true
  }
}

function responsesOf(endpoint: EndpointModel): Readonly<Record<number, string>> | undefined {
  const rule = ruleOf(endpoint)
  if (typeof rule !== 'object') return undefined
  const responses: Record<number, string> = {
    401: 'The credentials are missing or not valid.',
    403: `The caller is not allowed to do this. It takes: ${describeRule(rule).join('; ')}.`,
  }
  if (rule.demands.length > 0) responses[404] = 'There is no such resource, or none that the caller may see.'
  return responses
}
