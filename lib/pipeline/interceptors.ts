import { NextCall } from './call-handler.js'
import { perCall, type Enhancer } from './enhancer.js'
import type { Interceptor } from './enhancers.js'
import type { PipelineContext } from './execution-context.js'
import type { Step } from './step.js'

/**
 * The step of one interceptor, around everything that follows.
 *
 * @param interceptor the interceptor
 * @param keepStreams true where each value of an observable is wanted (server-sent events)
 */
export function interceptorStep<C extends PipelineContext>(
  interceptor: Enhancer<Interceptor>,
  keepStreams: boolean,
): Step<C> {
  const { instance } = interceptor
  const wrap = (one: Interceptor, context: C, next: (context: C) => unknown): unknown =>
    one.intercept(context, new NextCall(context, next, keepStreams))
  return {
    kind: 'around',
    name: `interceptor ${interceptor.name}`,
    run:
      instance === undefined ? perCall(interceptor, wrap) : (context, next) => wrap(instance, context, next),
  }
}
