import type { Injector, ModuleGraph } from '../di/index.js'
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
  readonly globals: GlobalEnhancers
  /** Set if something uses it: then transports run every call in it. */
  requestContext: RequestContext | undefined
  /** Found by features; boot reports them together with those of the graph. */
  readonly problems: Error[] = []
  private readonly factories: StepFactory<never>[] = []
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
   * Compiles an endpoint with global enhancers and the steps of all features.
   *
   * @param endpoint of whatever transport
   * @param options `keepStreams`: each value of an observable is wanted, not only the last
   */
  async plan<C extends PipelineContext>(
    endpoint: EndpointModel<C>,
    options: { readonly keepStreams?: boolean } = {},
  ): Promise<ExecutionPlan<C>> {
    const { injector, globals } = this
    const factories = this.factories as unknown as StepFactory<C>[]
    const plan = await compilePlan(endpoint, { injector, globals, factories, ...options })
    this.plans.set(endpoint, plan)
    return plan
  }

  /** The plan of an endpoint, once compiled. */
  planOf(endpoint: EndpointModel): ExecutionPlan<never> | undefined {
    return this.plans.get(endpoint)
  }
}
