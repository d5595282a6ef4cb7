import { NextCall } from './call-handler.js'
import { withEnhancer, type Enhancer } from './enhancer.js'
import type { Interceptor } from './enhancers.js'
import type { PipelineContext } from './execution-context.js'
import type { Step } from './step.js'

/**
 * The step of one interceptor, around everything that follows.
 *
 * @param interceptor the interceptor
 */
export function interceptorStep<C extends PipelineContext>(interceptor: Enhancer<Interceptor>): Step<C> {
  const name = `interceptor ${interceptor.name}`
  const { instance } = interceptor
  if (instance !== undefined) {
    return {
      kind: 'around',
      name,
      run: (context, next) => instance.intercept(context, new NextCall(context, next)),
    }
  }
  return {
    kind: 'around',
    name,
    run: (context, next) =>
      withEnhancer(interceptor, context, (one) => one.intercept(context, new NextCall(context, next))),
  }
}
