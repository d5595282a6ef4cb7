import type { HttpContext } from '../http-context.js'
import { allowedOrigin, isForAll } from './allowed-origin.js'
import { namesOf, type CorsOptions, type OriginRule } from './options.js'

const DEFAULT_METHODS = 'GET,HEAD,PUT,PATCH,POST,DELETE'

/** What an answer may say by CORS. */
const HEADERS = ['origin', 'credentials', 'methods', 'headers', 'private-network'].map(
  (name) => `access-control-allow-${name}`,
)

/**
 * Answers a preflight, or marks the response and goes on.
 *
 * @param context of the request
 * @param options of its route or of the application
 * @param rule about its origin
 * @param varies whether others may get other rules
 * @returns false if it was answered
 */
export function admit(
  context: HttpContext,
  options: CorsOptions,
  rule: OriginRule,
  varies: boolean,
): boolean {
  const { response, exchange } = context
  // those of the application, where a route has its own
  for (const name of HEADERS) if (response.headers.has(name)) response.headers.delete(name)
  response.headers.delete('access-control-expose-headers')
  const allowed = allowedOrigin(rule, exchange.headers.get('origin'))
  // what depends on the origin must not be served to another one from a cache, nor what was asked for without one
  if (varies || !isForAll(rule)) response.vary('Origin')
  if (allowed !== undefined) {
    response.setHeader('access-control-allow-origin', allowed)
    if (options.credentials === true && allowed !== '*')
      response.setHeader('access-control-allow-credentials', 'true')
  }
  if (isPreflight(context) && options.preflightContinue !== true) {
    answerPreflight(context, options, allowed)
    return false
  }
  const exposed = namesOf(options.exposedHeaders)
  if (allowed !== undefined && exposed !== undefined)
    response.setHeader('access-control-expose-headers', exposed.join(','))
  return true
}

/** True for the question that a browser asks before a request that a form could not make (Fetch Standard §3.2.2). */
export function isPreflight({ exchange }: HttpContext): boolean {
  return exchange.method === 'OPTIONS' && exchange.headers.has('access-control-request-method')
}

function answerPreflight(context: HttpContext, options: CorsOptions, allowed: string | undefined): void {
  const { response, exchange } = context
  if (options.allowedHeaders === undefined) response.vary('Access-Control-Request-Headers')
  if (allowed !== undefined) {
    response.setHeader('access-control-allow-methods', namesOf(options.methods)?.join(',') ?? DEFAULT_METHODS)
    const headers =
      namesOf(options.allowedHeaders)?.join(',') ?? exchange.headers.get('access-control-request-headers')
    if (headers !== undefined) response.setHeader('access-control-allow-headers', headers)
    if (options.maxAge !== undefined) response.setHeader('access-control-max-age', String(options.maxAge))
    const isPrivate = exchange.headers.get('access-control-request-private-network') === 'true'
    if (isPrivate && options.privateNetwork === true)
      response.setHeader('access-control-allow-private-network', 'true')
  }
  const status = options.optionsSuccessStatus ?? 204
  // whoever waits for the end of the response logs what was sent
  response.statusCode = status
  exchange.sink.head(status, response.headers, status === 204 ? 'none' : 0)
  exchange.sink.end()
}
