import { isPromise } from '../common/index.js'
import type { Injector } from '../di/index.js'
import { bindArguments } from './binding.js'
import { settle } from './call-handler.js'
import type { EndpointModel } from './endpoint.js'
import { appliesTo, enhancerOf, type Enhancer } from './enhancer.js'
import type {
  CanActivate,
  EnhancerOf,
  ExceptionFilter,
  Interceptor,
  PipeTransform,
  ResultWriter,
} from './enhancers.js'
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
  /** True if guards, interceptors or other steps that may look at the body are among the steps. */
  readonly hasEnhancers: boolean
  /** What happens, in order, for people: `guard RolesGuard`, `pipe ParseIntPipe on [0]`, `handler`, `filter …`. */
  readonly steps: readonly string[]
  /** The steps and the handler. Returns or resolves to the handler's result, or throws. */
  run(context: C): unknown
  /** The filters. */
  readonly filters: CompiledFilters
  /** Writes the results, in place of the interceptor that stands outermost. */
  readonly resultWriter: ResultWriter | undefined
}

/** What a plan is compiled with. */
export interface PlanOptions<C> {
  readonly injector: Injector
  readonly globals: GlobalEnhancers
  /** Steps that features add. */
  readonly factories?: readonly StepFactory<C>[]
  /** Keeps observables as they are instead of taking their last value. */
  readonly keepStreams?: boolean
  /** True if results are written by the plan's `resultWriter`, where it has one. Default false. */
  readonly writesResults?: boolean
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
  ): Promise<Enhancer<T>[][]> => {
    const all = [
      [...global],
      await enhancersOf(endpoint.metadata.onClass(ref) ?? [], endpoint, injector),
      await enhancersOf(endpoint.metadata.onMethod(ref) ?? [], endpoint, injector),
    ]
    return all.map((level) => level.filter((one) => appliesTo(one, endpoint)))
  }
  const guards = (await levels<CanActivate>(UseGuards, await globals.guards(injector))).flat()
  const interceptors = (
    await levels<Interceptor>(UseInterceptors, await globals.interceptors(injector))
  ).flat()
  const pipes = (await levels<PipeTransform<never>>(UsePipes, await globals.pipes(injector))).flat()
  const filters = await levels<ExceptionFilter<never>>(UseFilters, await globals.filters(injector))

  const keepStreams = options.keepStreams ?? false
  const outside: Step<C>[] = [
    ...fromFactories(options.factories, endpoint, Slot.Outermost),
    ...fromFactories(options.factories, endpoint, Slot.Admit),
    ...guards.map((guard) => guardStep<C>(guard)),
    ...fromFactories(options.factories, endpoint, Slot.Authorized),
  ]
  const resultWriter =
    options.writesResults === true && outside.every(({ kind }) => kind === 'before')
      ? interceptors[0]?.instance?.prepareResultWriter?.(endpoint)
      : undefined
  const around = resultWriter === undefined ? interceptors : interceptors.slice(1)
  const steps: Step<C>[] = [
    ...outside,
    ...around.map((interceptor) => interceptorStep<C>(interceptor, keepStreams)),
    ...fromFactories(options.factories, endpoint, Slot.Innermost),
  ]
  const names = steps.map(({ name }) => name)
  if (resultWriter !== undefined)
    names.splice(outside.length, 0, `interceptor ${interceptors[0]!.name}, as it is written`)
  const binding = await bindArguments(endpoint, pipes, injector, globals)
  const handler = compileHandler(endpoint, binding.bind, injector, keepStreams)
  const scoped = [...guards, ...interceptors, ...filters.flat()].some((one) => one.instance === undefined)

  return {
    needsScope: scoped || binding.needsScope || !endpoint.record.isStatic,
    hasEnhancers: steps.some((step) => step.readsBody !== false),
    steps: [...names, ...binding.steps, 'handler', ...filterSteps(filters)],
    run: compose(steps, handler, keepStreams),
    filters: compileFilters(filters),
    resultWriter,
  }
}

/** The filters in the order in which they are asked: method → class → global, the last declared first. */
function filterSteps(levels: readonly (readonly Enhancer<unknown>[])[]): readonly string[] {
  return levels
    .flat()
    .reverse()
    .map(({ name }) => `filter ${name}`)
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
