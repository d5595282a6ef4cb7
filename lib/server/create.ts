import { H1Protocol, LimitInvalid, resolveLimits, type H1Limits, type H1Options } from './h1/index.js'
import { HttpServer, type HttpServerSettings } from './http-server.js'
import { H2Protocol, resolveH2Options, upgradeHandler, type H2Options } from './h2/index.js'

/** How a server behaves that speaks HTTP/1.1 and HTTP/2. */
export interface HttpServerOptions extends H1Options {
  /**
   * HTTP/2 beside HTTP/1.1: by ALPN on TLS, and with prior knowledge where there is none. Options, or false for HTTP/1.1
   * alone. Default true.
   */
  readonly http2?: boolean | H2Options
}

/**
 * Makes a server that speaks HTTP/2 and HTTP/1.1 on each of its ports.
 *
 * @param options limits and behaviour; what both protocols have is said once
 * @throws {CorbelError} CORBEL_H1_LIMIT_INVALID, CORBEL_H2_LIMIT_INVALID
 * @example
 * const server = createHttpServer({ http2: { maxConcurrentStreams: 250 } })
 * server.handle(({ sink, protocol }) => {
 *   sink.head(200, HeaderList.from({ 'content-type': 'text/plain' }), protocol.length)
 *   sink.end(protocol)
 * })
 * await server.listen({ port: 3000 })
 */
export function createHttpServer(options: HttpServerOptions = {}): HttpServer {
  const { http2 = true } = options
  if (http2 === false) return createH1Server(options)
  const limits = resolveLimits(options)
  const choices = resolveH2Options(http2 === true ? {} : http2)
  return new HttpServer(settingsOf(options, limits), (host) => {
    const h2 = new H2Protocol(host, limits, choices, options.halfClose)
    const upgrading = choices.upgrade ? upgradeHandler(h2, host) : undefined
    return [h2, new H1Protocol(host, limits, options, choices.priorKnowledge ? h2 : undefined, upgrading)]
  })
}

/**
 * Makes a server that speaks HTTP/1.1 alone.
 *
 * @param options limits and behaviour
 * @throws {CorbelError} CORBEL_H1_LIMIT_INVALID
 * @example
 * const server = createH1Server({ maxConnections: 10_000 })
 * server.handle(({ sink }) => {
 *   sink.head(200, HeaderList.from({ 'content-type': 'text/plain' }), 5)
 *   sink.end('hello')
 * })
 * await server.listen({ port: 3000 })
 */
export function createH1Server(options: H1Options = {}): HttpServer {
  const limits = resolveLimits(options)
  return new HttpServer(settingsOf(options, limits), (host) => [
    new H1Protocol(host, limits, options, undefined),
  ])
}

function settingsOf(options: H1Options, { maxConnections }: H1Limits): HttpServerSettings {
  const { sweepInterval = 500, accelerate, tls, onError, onWarning } = options
  if (!(sweepInterval >= 1)) throw new LimitInvalid({ name: 'sweepInterval', value: sweepInterval, least: 1 })
  return { maxConnections, sweepInterval, accelerate, tls, onError, onWarning }
}
