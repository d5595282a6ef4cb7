import { isPromise } from '../../common/index.js'
import type { ExecutionPlan } from '../../pipeline/index.js'
import type { MessageEndpoint } from '../endpoint.js'
import { describeException } from '../error-frame.js'
import type { WsContext } from '../ws-context.js'
import { Histogram } from './histogram.js'
import type { EventSnapshot } from './snapshot.js'

/** The size of the message that is being handed over: whoever answers it first takes it. */
export interface PendingSize {
  size: number
}

// the endpoints are those of one application: what several in one process count is kept apart
const meters = new WeakMap<object, EventMeter>()

/**
 * What has come to an endpoint.
 *
 * @param endpoint of whatever kind
 * @returns undefined if nobody counts it
 */
export function trafficOf(endpoint: object): EventSnapshot | undefined {
  return meters.get(endpoint)?.snapshot()
}

/** Counts what comes to one method of a gateway. */
export class EventMeter {
  private messages = 0
  private bytes = 0
  private active = 0
  private clientErrors = 0
  private serverErrors = 0
  private readonly latency = new Histogram()

  /**
   * @param endpoint the method
   * @param pending where adapters leave the size of a message
   */
  constructor(
    readonly endpoint: MessageEndpoint,
    private readonly pending: PendingSize,
  ) {
    meters.set(endpoint, this)
  }

  /**
   * Measures a plan.
   *
   * @param plan what is to run for a message
   * @returns the same, and counted
   */
  measure(plan: ExecutionPlan<WsContext>): ExecutionPlan<WsContext> {
    return { ...plan, run: (context) => this.run(plan, context) }
  }

  snapshot(): EventSnapshot {
    const { event, role, member } = this.endpoint
    const { messages, bytes, active, clientErrors, serverErrors } = this
    const errors = { client: clientErrors, server: serverErrors }
    return {
      event,
      role,
      method: String(member),
      messages,
      bytes,
      active,
      errors,
      latency: this.latency.snapshot(),
    }
  }

  private run(plan: ExecutionPlan<WsContext>, context: WsContext): unknown {
    const { pending } = this
    this.messages++
    if (this.endpoint.role === 'message') {
      this.bytes += pending.size
      pending.size = 0
    }
    this.active++
    const begun = performance.now()
    try {
      const value = plan.run(context)
      if (!isPromise(value)) this.ended(begun)
      // beside the answer, which does not wait for it
      else
        value.then(
          () => this.ended(begun),
          (error: unknown) => this.failed(begun, error),
        )
      return value
    } catch (error) {
      this.failed(begun, error)
      throw error
    }
  }

  private ended(begun: number): void {
    this.active--
    this.latency.add(performance.now() - begun)
  }

  private failed(begun: number, error: unknown): void {
    this.ended(begun)
    if (describeException(error) === undefined) this.serverErrors++
    else this.clientErrors++
  }
}
