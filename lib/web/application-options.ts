import type { ContextOptions, Feature } from '../core/index.js'
import type { ModuleOverrides } from '../di/index.js'
import { parseQuery } from '../http/index.js'
import type { H1Options, H2Options, TlsOptions } from '../server/index.js'
import type { BodyOptions } from './bodies/options.js'
import { cookieRules, type CookieSettings } from './cookies/settings.js'
import type { CorsDelegate, CorsOptions } from './cors/options.js'
import type { SseOptions } from './events.js'
import type { WebOptions } from './feature.js'
import type { ErrorFormat } from './problem.js'
import type { ShutdownOptions } from './shutdown.js'
import type { TrustProxy } from './trust-proxy.js'

/** Options of `createApp`. */
export interface ApplicationOptions extends ContextOptions {
  /** The form of error bodies: RFC 9457 (`'problem'`, the default), or `'plain'`: `{ statusCode, message, error }`. */
  readonly errors?: ErrorFormat
  /** Keeps the bytes of bodies for `request.rawBody` and `@RawBody()`. */
  readonly rawBody?: boolean
  /**
   * False leaves bodies to middleware (`express.json()`, multer …), and to the kinds that `useBodyParser` names; then
   * `request.body` is what they make of it. Default true.
   */
  readonly bodyParser?: boolean
  /** False leaves cookies to middleware: `request.cookies` is undefined until one has parsed them. Default true. */
  readonly cookieParser?: boolean
  /** Allows other origins: true for all. */
  readonly cors?: boolean | CorsOptions | CorsDelegate
  readonly body?: BodyOptions
  /** The secrets of cookies, and attributes that all of them have. */
  readonly cookies?: CookieSettings
  /** Bounds and timeouts of the HTTP engine. */
  readonly server?: Omit<H1Options, 'onError' | 'onWarning' | 'tls'>
  /**
   * HTTP/2 beside HTTP/1.1, on every port: by ALPN on TLS, else where a client begins with it. Its limits and choices, or
   * false for HTTP/1.1 alone. Default true.
   */
  readonly http2?: boolean | H2Options
  /** Certificates, to speak TLS wherever `listen` does not say otherwise. */
  readonly httpsOptions?: TlsOptions
  /** Whether `/Users` and `/users` differ. Default true. */
  readonly caseSensitive?: boolean
  /** Whether `/users` and `/users/` differ. Default false. */
  readonly strictSlash?: boolean
  /** Which proxies are believed about the client's address, protocol and host. Default false: none. */
  readonly trustProxy?: TrustProxy
  /** Shows traces of unknown errors to clients. Default: only if NODE_ENV is `development`. */
  readonly development?: boolean
  /** Closes the application on SIGINT and SIGTERM once it listens. Default true. */
  readonly shutdownSignals?: boolean
  /** How long stopping may take, and what it waits for. */
  readonly shutdown?: ShutdownOptions
  /** Heartbeats and bounds of streams of events; `@Sse` may say otherwise. */
  readonly sse?: SseOptions
  /** The same as `shutdown.deadline`. */
  readonly drainTimeout?: number
  /** Runs every request in a `RequestContext`, also if nothing injects it. Default false. */
  readonly requestContext?: boolean
  /** Features that no module brings. */
  readonly features?: readonly Feature[]
  /** Modules to replace by others. */
  readonly overrides?: ModuleOverrides
}

/**
 * What controllers need of the options, with nothing left open.
 *
 * @param options as given to `createApp`
 */
export function webOptionsOf(
  options: ApplicationOptions,
): Omit<WebOptions, 'early' | 'cors' | 'report' | 'views'> {
  return {
    errors: options.errors ?? 'problem',
    body: {
      ...options.body,
      ...(options.rawBody !== undefined && { rawBody: options.rawBody }),
      ...(options.bodyParser === false && { parse: false }),
    },
    parseCookies: options.cookieParser ?? true,
    globalPrefix: '',
    prefixExclusions: [],
    versioning: undefined,
    caseSensitive: options.caseSensitive ?? true,
    strictSlash: options.strictSlash ?? false,
    development: options.development ?? process.env['NODE_ENV'] === 'development',
    trustProxy: options.trustProxy ?? false,
    parseQuery,
    cookieRules: cookieRules(options.cookies),
    sse: options.sse ?? {},
  }
}
