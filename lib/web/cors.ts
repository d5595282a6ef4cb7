import { listOf } from '../common/index.js'
import type { HttpRequest } from '../http/index.js'
import type { HttpContext } from './http-context.js'
import type { PlacedMiddleware } from './middleware.js'

/** What allows origins: true any, a string, pattern or list those that equal or match. */
export type OriginRule = boolean | string | RegExp | readonly (string | RegExp)[]

/** Decides about an origin: calls back with a rule for it. */
export type OriginCheck = (
  origin: string | undefined,
  callback: (error: Error | null, allow?: OriginRule) => void,
) => void

/** Chooses the options for each request. */
export type CorsDelegate = (
  request: HttpRequest,
  callback: (error: Error | null, options?: CorsOptions) => void,
) => void

/** Which other origins may call the application. */
export interface CorsOptions {
  /** True reflects any origin; a string, pattern or list allows those; a function decides. Default `'*'`. */
  readonly origin?: OriginRule | OriginCheck
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
 * @param options which origins, methods and headers; or a function that chooses them
 * @see Fetch Standard §3.2 (CORS protocol)
 */
export function corsMiddleware(options: CorsOptions | CorsDelegate): PlacedMiddleware {
  const run = typeof options === 'function' ? chooseFirst(options) : compileCors(options)
  return { name: 'cors', applies: () => true, run }
}

function chooseFirst(delegate: CorsDelegate): PlacedMiddleware['run'] {
  return (context, next) =>
    delegate(context.request, (error, options) => {
      if (error !== null) next(error)
      else if (options === undefined) next()
      else compileCors(options)(context, next)
    })
}

function compileCors(options: CorsOptions): PlacedMiddleware['run'] {
  const { origin: rule = '*' } = options
  return (context, next) => {
    const origin = context.exchange.headers.get('origin')
    const decide = (error: Error | null, allow: OriginRule = false): void => {
      if (error !== null) return next(error)
      const allowed = allowedOrigin(allow, origin)
      if (isPreflight(context) && options.preflightContinue !== true) {
        return answerPreflight(context, options, allowed)
      }
      mark(context, options, allowed)
      next()
    }
    if (typeof rule === 'function') rule(origin, decide)
    else decide(null, rule)
  }
}

/** The value of `Access-Control-Allow-Origin`; undefined for none. */
function allowedOrigin(rule: OriginRule, origin: string | undefined): string | undefined {
  if (rule === '*') return '*'
  if (typeof rule === 'boolean') return rule ? (origin ?? '*') : undefined
  if (origin === undefined) return undefined
  const rules = listOf<string | RegExp>(rule)
  // not the origin itself: with credentials that would let every page in
  if (rules.includes('*')) return '*'
  const isAllowed = rules.some((one) =>
    typeof one === 'string' ? one === origin : origin.search(one) !== -1,
  )
  return isAllowed ? origin : undefined
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
