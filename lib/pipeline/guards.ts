import { isPromise } from '../common/index.js'
import { settle } from './call-handler.js'
import { perCall, type Enhancer } from './enhancer.js'
import type { CanActivate } from './enhancers.js'
import type { PipelineContext } from './execution-context.js'
import { ForbiddenException } from './named-exceptions.js'
import type { Step } from './step.js'

/**
 * The step of one guard: refuses with 403 unless it says true.
 *
 * @param guard the guard
 */
export function guardStep<C extends PipelineContext>(guard: Enhancer<CanActivate>): Step<C> {
  const { instance } = guard
  const ask = (one: CanActivate, context: C): unknown => settle(one.canActivate(context))
  const built = perCall(guard, ask)
  return {
    kind: 'before',
    name: `guard ${guard.name}`,
    run:
      instance === undefined
        ? (context) => check(built(context, undefined))
        : (context) => check(ask(instance, context)),
  }
}

function check(answer: unknown): unknown {
  if (isPromise(answer)) return answer.then(check)
  if (!(answer as boolean)) throw new ForbiddenException('Forbidden resource')
  return undefined
}
