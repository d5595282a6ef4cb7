import type { TypedKey } from '../common/index.js'
import type { Injector, ModuleGraph, ModuleRecord } from '../di/index.js'
import { ApplicationState } from './application-state.js'
import type { ExplainError, Feature } from './feature.js'
import type { RequestContext } from './request-context.js'
import {
  compilePlan,
  GlobalEnhancers,
  type EndpointModel,
  type ExecutionPlan,
  type PipelineContext,
  type StepFactory,
} from '../pipeline/index.js'

/** Everything that is known about an application at boot. Features read it; documents and commands print it. */
export class AppModel {
  readonly endpoints: EndpointModel[] = []
  /** Whether the application is ready, and when it stops. */
  readonly state = new ApplicationState()
  readonly globals: GlobalEnhancers
  /** The modules of the boot, which have lifecycle hooks; those that are loaded later have none. */
  modules: readonly ModuleRecord[] = []
  /** The features of the application, in the order in which they run. */
  features: readonly Feature[] = []
  /** Set if something uses it: then transports run every call in it. */
  requestContext: RequestContext | undefined
  /** Found by features; boot reports them together with those of the graph. */
  readonly problems: Error[] = []
  /** What features say of errors that nobody has handled. */
  readonly explainers: ExplainError[] = []
  private readonly factories: StepFactory<never>[] = []
  private readonly contributed = new Map<TypedKey<unknown>, unknown[]>()
  private readonly plans = new Map<EndpointModel, ExecutionPlan<never>>()

  constructor(
    readonly graph: ModuleGraph,
    readonly injector: Injector,
  ) {
    this.globals = new GlobalEnhancers(() => graph.records())
  }

  /** Notes a problem; the boot goes on, to find the others, and fails at the end. */
  report(problem: Error): void {
    this.problems.push(problem)
  }

  addEndpoint(endpoint: EndpointModel): void {
    this.endpoints.push(endpoint)
  }

  /** Adds a step to the endpoints for which the factory makes one. */
  addSteps<C>(factory: StepFactory<C>): void {
    this.factories.push(factory as StepFactory<never>)
  }

  /**
   * Leaves something for the feature that declares the key: until its `compile`, in `check` for most.
   *
   * @param key of the feature that will look for it
   * @param value what it gets
   */
  contribute<T>(key: TypedKey<T>, value: T): void {
    const known = this.contributed.get(key)
    if (known === undefined) this.contributed.set(key, [value])
    else known.push(value)
  }

  /** What features have left under a key, in their order. */
  contributions<T>(key: TypedKey<T>): readonly T[] {
    // eslint-disable-next-line typescript/no-unsafe-type-assertion -- T is what the key says
    return (this.contributed.get(key) ?? []) as T[]
  }

  /**
   * Compiles an endpoint with global enhancers and the steps of all features.
   *
   * @param endpoint of whatever transport
   * @param options `keepStreams`: each value of an observable is wanted, not only the last; `writesResults`: the plan's
   * `resultWriter` is used; `bare`: without global enhancers and the steps of features
   */
  async plan<C extends PipelineContext>(
    endpoint: EndpointModel<C>,
    options: {
      readonly keepStreams?: boolean
      readonly writesResults?: boolean
      readonly bare?: boolean
    } = {},
  ): Promise<ExecutionPlan<C>> {
    const { injector } = this
    const { bare = false, ...rest } = options
    const globals = bare ? new GlobalEnhancers(() => []) : this.globals
    const factories = bare ? [] : (this.factories as unknown as StepFactory<C>[])
    const plan = await compilePlan(endpoint, { injector, globals, factories, ...rest })
    this.plans.set(endpoint, plan)
    return plan
  }

  /** What an error means, by the first feature that knows; the error itself, if none does. */
  explain(error: unknown): unknown {
    for (const explain of this.explainers) {
      const explained = explain(error)
      if (explained !== undefined) return explained
    }
    return error
  }

  /** The plan of an endpoint, once compiled. */
  planOf(endpoint: EndpointModel): ExecutionPlan<never> | undefined {
    return this.plans.get(endpoint)
  }
}
