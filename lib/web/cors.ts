import type { HttpContext } from './http-context.js'
import type { PlacedMiddleware } from './middleware.js'

/** Decides about an origin: true allows it. */
export type OriginCheck = (
  origin: string | undefined,
  callback: (error: Error | null, allow?: boolean) => void,
) => void

/** Which other origins may call the application. */
export interface CorsOptions {
  /** True reflects any origin; a string, pattern or list allows those; a function decides. Default `'*'`. */
  readonly origin?: boolean | string | RegExp | readonly (string | RegExp)[] | OriginCheck
  /** Default: GET, HEAD, PUT, PATCH, POST, DELETE. */
  readonly methods?: string | readonly string[]
  /** Default: what the preflight asks for. */
  readonly allowedHeaders?: string | readonly string[]
  readonly exposedHeaders?: string | readonly string[]
  /** Allows cookies. Needs an origin other than `'*'`. */
  readonly credentials?: boolean
  /** Seconds for which a browser may keep the answer to a preflight. */
  readonly maxAge?: number
  /** Leaves preflights to the routes. */
  readonly preflightContinue?: boolean
  /** 204 by default. */
  readonly optionsSuccessStatus?: number
}

const DEFAULT_METHODS = 'GET,HEAD,PUT,PATCH,POST,DELETE'

/**
 * Answers preflights and marks responses.
 *
 * @param options which origins, methods and headers
 * @see Fetch Standard §3.2 (CORS protocol)
 */
export function corsMiddleware(options: CorsOptions): PlacedMiddleware {
  const allows = originRule(options.origin ?? '*')
  return {
    name: 'cors',
    applies: () => true,
    run(context, next) {
      const origin = context.exchange.headers.get('origin')
      allows(origin, (error, allowed) => {
        if (error !== null) next(error)
        else if (!isPreflight(context) || options.preflightContinue === true) {
          mark(context, options, allowed)
          next()
        } else answerPreflight(context, options, allowed)
      })
    },
  }
}

type OriginDecision = (error: Error | null, allowed: string | undefined) => void

function originRule(
  rule: NonNullable<CorsOptions['origin']>,
): (origin: string | undefined, decide: OriginDecision) => void {
  if (typeof rule === 'function') {
    return (origin, decide) =>
      rule(origin, (error, allow) => decide(error, allow === true ? (origin ?? '*') : undefined))
  }
  if (rule === '*') return (_origin, decide) => decide(null, '*')
  const matches = (origin: string): boolean => {
    if (typeof rule === 'boolean') return rule
    return ([rule].flat() as (string | RegExp)[]).some((one) =>
      typeof one === 'string' ? one === origin : one.test(origin),
    )
  }
  return (origin, decide) => decide(null, origin !== undefined && matches(origin) ? origin : undefined)
}

function isPreflight({ exchange }: HttpContext): boolean {
  return exchange.method === 'OPTIONS' && exchange.headers.has('access-control-request-method')
}

function mark({ response }: HttpContext, options: CorsOptions, allowed: string | undefined): void {
  // what depends on the origin must not be served to another one from a cache
  if (allowed !== '*') response.vary('Origin')
  if (allowed === undefined) return
  response.setHeader('access-control-allow-origin', allowed)
  if (options.credentials === true) response.setHeader('access-control-allow-credentials', 'true')
  if (options.exposedHeaders !== undefined) {
    response.setHeader('access-control-expose-headers', [options.exposedHeaders].flat().join(','))
  }
}

function answerPreflight(context: HttpContext, options: CorsOptions, allowed: string | undefined): void {
  mark(context, options, allowed)
  const { response, exchange } = context
  if (allowed !== undefined) {
    response.setHeader('access-control-allow-methods', [options.methods ?? DEFAULT_METHODS].flat().join(','))
    const asked = exchange.headers.get('access-control-request-headers')
    const headers = options.allowedHeaders === undefined ? asked : [options.allowedHeaders].flat().join(',')
    if (options.allowedHeaders === undefined) response.vary('Access-Control-Request-Headers')
    if (headers !== undefined) response.setHeader('access-control-allow-headers', headers)
    if (options.maxAge !== undefined) response.setHeader('access-control-max-age', String(options.maxAge))
  }
  const status = options.optionsSuccessStatus ?? 204
  exchange.sink.head(status, response.headers, status === 204 ? 'none' : 0)
  exchange.sink.end()
}
