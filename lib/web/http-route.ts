import type { EndpointModel, ExecutionPlan, Handler } from '../pipeline/index.js'
import type { BodyNeed } from './body.js'
import type { VersionValue } from './decorators.js'
import type { HttpContext } from './http-context.js'
import type { RouteHeaders } from './route-headers.js'

/** An HTTP endpoint as it was declared, before anything is built. */
export interface HttpEndpoint extends EndpointModel<HttpContext> {
  readonly kind: 'http'
  readonly method: string
  /** With the controller's prefix, without the global one. */
  readonly path: string
  readonly host: string | undefined
  readonly version: VersionValue | undefined
  readonly events: boolean
}

/** An HTTP endpoint ready to run. */
export interface HttpRoute {
  readonly endpoint: HttpEndpoint
  readonly plan: ExecutionPlan<HttpContext>
  readonly handler: Handler
  readonly status: number
  readonly headers: RouteHeaders
  readonly redirect: { readonly url: string; readonly statusCode: number } | undefined
  /** What the route does with the body; undefined where nothing looks at it. */
  readonly body: BodyNeed | undefined
  /** True if the handler answers by itself. */
  readonly answers: boolean
}
