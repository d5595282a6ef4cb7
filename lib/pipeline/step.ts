import type { MaybePromise } from '../common/index.js'
import type { EndpointModel } from './endpoint.js'

/** Where a feature's step stands among the pipeline's own. */
export enum Slot {
  /** Around everything else of an endpoint. */
  Outermost,
  /** Before the guards: rate limits, request checks. */
  Admit,
  /** After the guards, before the interceptors. */
  Authorized,
  /** After the interceptors, right around binding and handler. */
  Innermost,
}

/** One step of a plan: something that runs before the rest and may throw, or something that runs around it. */
export type Step<C> =
  | {
      readonly kind: 'before'
      readonly name: string
      /** False for a step that never looks at the request's body, so that it is not read for it. */
      readonly readsBody?: false
      run(context: C): MaybePromise<unknown>
    }
  | {
      readonly kind: 'around'
      readonly name: string
      readonly readsBody?: false
      run(context: C, next: (context: C) => unknown): unknown
    }

/** Makes a step for the endpoints that need one; asked once per endpoint, at boot. */
export interface StepFactory<C> {
  readonly name: string
  readonly slot: Slot
  /** @returns the step, or undefined where the endpoint does not need it, so that it pays nothing */
  create(endpoint: EndpointModel<C>): Step<C> | undefined
}
