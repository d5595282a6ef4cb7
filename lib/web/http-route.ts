import type { EndpointModel, ExecutionPlan, Handler } from '../pipeline/index.js'
import type { BodyNeed } from './bodies/reader.js'
import { HttpCode, type VersionValue } from './decorators.js'
import type { EventSettings, SseOptions } from './events.js'
import type { ChooseForm, FinishResult } from './extensions.js'
import type { HttpContext } from './http-context.js'
import type { WriteBody, WriteJson } from './json.js'
import type { MiddlewareStep } from './middleware-run.js'
import type { DeclaredHeader, RouteHeaders } from './route-headers.js'
import type { StandardHeaders } from './standard-headers.js'
import type { StreamFormat } from './stream-format.js'

/** An HTTP endpoint as it was declared, before anything is built. */
export interface HttpEndpoint extends EndpointModel<HttpContext> {
  readonly kind: 'http'
  readonly method: string
  /** With the controller's prefix, without the global one. */
  readonly path: string
  readonly host: string | undefined
  readonly version: VersionValue | undefined
  /** True for `@Sse`. */
  readonly events: boolean
  /** For links. */
  readonly name?: string
  /** What `@Sse` says about its streams. */
  readonly sse?: SseOptions | undefined
  /** True if nothing of the application is put around it; see `@Direct`. */
  readonly direct: boolean
  /** Writes its results as JSON; features that know their shape set it before routes are compiled. */
  write?: WriteJson
  /** The same where nothing but the body comes of it; without one, `write` is asked. */
  writeBody?: WriteBody
  /** What its answers have instead of the application's standard headers; features set it before routes are compiled. */
  standard?: StandardHeaders
  /** Chooses the form of its results by what the client takes. Set by features, as the following are. */
  form?: ChooseForm
  /** Sends its complete results. */
  finish?: FinishResult
  /** Headers in front of those of `@Header`. */
  headers?: readonly DeclaredHeader[]
}

/** The status with which an endpoint answers unless its handler says otherwise. */
export function usualStatus({ metadata, method }: HttpEndpoint): number {
  return metadata.onMethod(HttpCode) ?? (method === 'POST' ? 201 : 200)
}

/** An HTTP endpoint ready to run. */
export interface HttpRoute {
  readonly endpoint: HttpEndpoint
  readonly plan: ExecutionPlan<HttpContext>
  readonly handler: Handler
  readonly status: number
  readonly headers: RouteHeaders
  readonly standard: StandardHeaders
  /** What `@Cors` says; runs before everything of the route. */
  readonly cors: MiddlewareStep | undefined
  readonly redirect: { readonly url: string; readonly statusCode: number } | undefined
  /** The middleware that may run for it, those of `app.use` aside. */
  readonly middleware: readonly MiddlewareStep[]
  /** What the route does with the body; undefined where nothing looks at it. */
  readonly body: BodyNeed | undefined
  /** Bytes, where the route has a limit of its own. */
  readonly bodyLimit: number | undefined
  /** The media types that `@Consumes` names. */
  readonly consumes: readonly string[] | undefined
  /** Writes results as JSON. */
  readonly write: WriteJson
  /** The same for a whole body. */
  readonly writeBody: WriteBody
  /** Makes of a result what `write` takes it for; undefined where that is the result itself. */
  readonly convert: ((value: unknown) => unknown) | undefined
  /** True if the handler answers by itself: nothing is sent for what it returns. */
  readonly answers: boolean
  readonly form: ChooseForm | undefined
  readonly finish: FinishResult | undefined
  /** Of the values of streams, where it is declared. */
  readonly stream: StreamFormat | undefined
  /** True if results go out with prepared headers, as JSON or text. */
  readonly isPlain: boolean
  /** How its events are sent; undefined where results are no events. */
  readonly events: EventSettings | undefined
}
