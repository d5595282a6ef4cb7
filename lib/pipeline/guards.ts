import { isPromise } from '../common/index.js'
import { settle } from './call-handler.js'
import { withEnhancer, type Enhancer } from './enhancer.js'
import type { CanActivate } from './enhancers.js'
import type { PipelineContext } from './execution-context.js'
import { ForbiddenException } from './http-exception.js'
import type { Step } from './step.js'

/**
 * The step of one guard: refuses with 403 unless it says true.
 *
 * @param guard the guard
 */
export function guardStep<C extends PipelineContext>(guard: Enhancer<CanActivate>): Step<C> {
  const name = `guard ${guard.name}`
  const { instance } = guard
  if (instance !== undefined) {
    return { kind: 'before', name, run: (context) => check(settle(instance.canActivate(context))) }
  }
  const ask = (context: C): unknown => withEnhancer(guard, context, (one) => settle(one.canActivate(context)))
  return { kind: 'before', name, run: (context) => check(ask(context)) }
}

function check(answer: unknown): unknown {
  if (isPromise(answer)) return answer.then(check)
  if (!(answer as boolean)) throw new ForbiddenException('Forbidden resource')
  return undefined
}
