import { isPromise } from '../common/index.js'
import type { Injector } from '../di/index.js'
import { bindArguments } from './binding.js'
import { settle } from './call-handler.js'
import type { EndpointModel } from './endpoint.js'
import { enhancerOf, type Enhancer } from './enhancer.js'
import type { CanActivate, EnhancerOf, ExceptionFilter, Interceptor, PipeTransform } from './enhancers.js'
import type { Handler, PipelineContext } from './execution-context.js'
import { compileFilters, type CompiledFilters } from './filters.js'
import { guardStep } from './guards.js'
import { interceptorStep } from './interceptors.js'
import type { GlobalEnhancers } from './globals.js'
import { UseFilters, UseGuards, UseInterceptors, UsePipes } from './decorators.js'
import { Slot, type Step, type StepFactory } from './step.js'
import type { MetadataRef } from '../metadata/index.js'

/** How one endpoint runs; made once at boot. */
export interface ExecutionPlan<C> {
  /** True if something in it lives for a call. */
  readonly needsScope: boolean
  /** True if guards or interceptors, which may look at anything, are among the steps. */
  readonly hasEnhancers: boolean
  /** What happens, in order, for people: `guard RolesGuard`, `pipe ParseIntPipe on [0]`, `handler`. */
  readonly steps: readonly string[]
  /** The steps and the handler. Returns or resolves to the handler's result, or throws. */
  run(context: C): unknown
  /** The filters. */
  readonly filters: CompiledFilters
}

/** What a plan is compiled with. */
export interface PlanOptions<C> {
  readonly injector: Injector
  readonly globals: GlobalEnhancers
  /** Steps that features add. */
  readonly factories?: readonly StepFactory<C>[]
  /** Keeps observables as they are instead of taking their last value. */
  readonly keepStreams?: boolean
}

/**
 * Compiles an endpoint of whatever transport: what is not declared leaves no trace in the result.
 *
 * @param endpoint the method with its parameters and metadata
 * @param options the container, the global enhancers, the steps of features
 */
export async function compilePlan<C extends PipelineContext>(
  endpoint: EndpointModel<C>,
  options: PlanOptions<C>,
): Promise<ExecutionPlan<C>> {
  const { injector, globals } = options
  const levels = async <T>(
    ref: MetadataRef<EnhancerOf<T>[]>,
    global: readonly Enhancer<T>[],
  ): Promise<Enhancer<T>[][]> => [
    [...global],
    await enhancersOf(endpoint.metadata.onClass(ref) ?? [], endpoint, injector),
    await enhancersOf(endpoint.metadata.onMethod(ref) ?? [], endpoint, injector),
  ]
  const guards = (await levels<CanActivate>(UseGuards, await globals.guards(injector))).flat()
  const interceptors = (
    await levels<Interceptor>(UseInterceptors, await globals.interceptors(injector))
  ).flat()
  const pipes = (await levels<PipeTransform<never>>(UsePipes, await globals.pipes(injector))).flat()
  const filters = await levels<ExceptionFilter<never>>(UseFilters, await globals.filters(injector))

  const steps: Step<C>[] = [
    ...fromFactories(options.factories, endpoint, Slot.Admit),
    ...guards.map((guard) => guardStep<C>(guard)),
    ...fromFactories(options.factories, endpoint, Slot.Authorized),
    ...interceptors.map((interceptor) => interceptorStep<C>(interceptor)),
    ...fromFactories(options.factories, endpoint, Slot.Innermost),
  ]
  const binding = await bindArguments(endpoint, pipes, injector, globals.defaultPipe)
  const keepStreams = options.keepStreams ?? false
  const handler = compileHandler(endpoint, binding.bind, injector, keepStreams)
  const scoped = [...guards, ...interceptors, ...filters.flat()].some((one) => one.instance === undefined)

  return {
    needsScope: scoped || binding.needsScope || !endpoint.record.isStatic,
    hasEnhancers: steps.length > 0,
    steps: [...steps.map((step) => step.name), ...binding.steps, 'handler'],
    run: compose(steps, handler, keepStreams),
    filters: compileFilters(filters),
  }
}

function enhancersOf<T>(
  declared: readonly EnhancerOf<T>[],
  endpoint: EndpointModel,
  injector: Injector,
): Promise<Enhancer<T>[]> {
  return Promise.all(declared.map((one) => enhancerOf(one, endpoint.module, injector)))
}

function fromFactories<C>(
  factories: readonly StepFactory<C>[] = [],
  endpoint: EndpointModel<C>,
  slot: Slot,
): Step<C>[] {
  return factories
    .filter((factory) => factory.slot === slot)
    .map((factory) => factory.create(endpoint))
    .filter((step) => step !== undefined)
}

/** Nests the steps around the handler, from the last to the first; nothing is composed per call. */
function compose<C>(
  steps: readonly Step<C>[],
  handler: (context: C) => unknown,
  keepStreams: boolean,
): (context: C) => unknown {
  return steps.reduceRight<(context: C) => unknown>((next, step) => {
    if (step.kind === 'around') return (context) => settle(step.run(context, next), keepStreams)
    return (context) => {
      const done = step.run(context)
      return isPromise(done) ? done.then(() => next(context)) : next(context)
    }
  }, handler)
}

type BoundArguments<C> = readonly ((context: C) => unknown)[]

function compileHandler<C extends PipelineContext>(
  endpoint: EndpointModel<C>,
  bind: BoundArguments<C>,
  injector: Injector,
  keepStreams: boolean,
): (context: C) => unknown {
  const { record, member } = endpoint
  const call = compileCall(bind)
  if (record.isStatic && !record.isTransient) {
    const instance = record.instance as object
    const method = Reflect.get(instance, member) as Handler
    return (context) => call(instance, method, context)
  }
  const invoke = (instance: unknown, context: C): unknown =>
    call(instance as object, Reflect.get(instance as object, member) as Handler, context)
  return (context) => {
    const instance = injector.resolve(record, context.scope)
    return isPromise(instance)
      ? instance.then((ready) => settle(invoke(ready, context), keepStreams))
      : invoke(instance, context)
  }
}

type Call<C> = (instance: object, method: Handler, context: C) => unknown

/** Calls without an arguments array for the usual counts; waits only for arguments that are promises. */
function compileCall<C>(bind: BoundArguments<C>): Call<C> {
  const [first, second] = bind
  if (first === undefined) return (instance, method) => method.call(instance)
  if (second === undefined) {
    return (instance, method, context) => {
      const a = first(context)
      return isPromise(a) ? a.then((value) => method.call(instance, value)) : method.call(instance, a)
    }
  }
  if (bind.length === 2) {
    return (instance, method, context) => {
      const a = first(context)
      const b = second(context)
      if (isPromise(a) || isPromise(b))
        return Promise.all([a, b]).then((args) => method.apply(instance, args))
      return method.call(instance, a, b)
    }
  }
  return (instance, method, context) => {
    const args = new Array<unknown>(bind.length)
    let isAsync = false
    for (let i = 0; i < args.length; i++) {
      args[i] = bind[i]!(context)
      if (isPromise(args[i])) isAsync = true
    }
    return isAsync
      ? Promise.all(args).then((ready) => method.apply(instance, ready))
      : method.apply(instance, args)
  }
}
