import { bodiesFeature } from './bodies/index.js'
import type { Feature } from './core/index.js'
import type { ModuleImport } from './di/index.js'
import { compressionFeature, type CompressionOptions } from './compression/index.js'
import { conditionalFeature, type TagStrength } from './conditional/index.js'
import { liveDeclarations } from './live/index.js'
import { negotiationFeature, type Serializer } from './negotiation/index.js'
import {
  csrfFeature,
  securityHeaders,
  type CsrfOptions,
  type SecurityHeadersOptions,
} from './security/index.js'
import { serializationFeature } from './serialization/index.js'
import { timeoutsFeature } from './timeouts/index.js'
import {
  responseValidation,
  validationFeature,
  type ResponseValidationOptions,
  type ValidationPipeOptions,
} from './validation/index.js'
import { versioningFeature } from './versioning/index.js'
import { webSocketFeature } from './websocket/index.js'
import { Application, prepareApplication, type ApplicationOptions, type BigIntPolicy } from './web/index.js'

/** Options of `createApp`. */
export interface CreateAppOptions extends ApplicationOptions {
  /**
   * Validates parameters whose class has rules and which have no `ValidationPipe` of their own. Default: instances with
   * only the properties that have rules (`{ transform: true, whitelist: true }`); false turns it off.
   */
  readonly validation?: ValidationPipeOptions | false
  /** How results are held to `@Returns`, and how they become JSON. */
  readonly responses?: ResponseOptions
  /**
   * The time that handlers have for their answer, where `@Timeout` says nothing else: milliseconds, or text such as
   * `'30s'`. Default: as long as they take.
   */
  readonly timeout?: number | string
  /** Forms of results that `@Produces` may name, beside the built-in ones or in their place. */
  readonly serializers?: readonly Serializer[]
  /** Gives complete results of all GET routes a tag of their bytes, weak ones if it is true; see `@ETag`. Default false. */
  readonly etag?: TagStrength | boolean
  /** Compresses answers. Default false: often a proxy does it; `@Compress()` turns it on for a route. */
  readonly compression?: boolean | CompressionOptions
  /** Headers by which browsers keep pages and visitors safe: few on JSON, all on HTML. Default: on; false turns them off. */
  readonly securityHeaders?: SecurityHeadersOptions | boolean
  /**
   * Refuses requests that other sites make browsers send. Default: where sessions or strategies recognise callers by cookies;
   * true everywhere, for cookies that middleware reads; false nowhere.
   */
  readonly csrf?: CsrfOptions | boolean
}

/** What `createApp` can be told about results. */
export interface ResponseOptions extends ResponseValidationOptions {
  /** What happens to BigInts: CORBEL_JSON_BIGINT (`'error'`, the default), or their digits as text (`'string'`). */
  readonly bigint?: BigIntPolicy
}

/**
 * Starts an application that answers HTTP.
 *
 * @param root the root module
 * @param options logger, error format, limits …; see `CreateAppOptions`
 * @returns the application; call `listen` next
 * @throws {BootFailed} CORBEL_BOOT_FAILED with every problem found in modules, classes and routes
 * @example
 * const app = await createApp(AppModule)
 * await app.listen(3000)
 */
export async function createApp(root: ModuleImport, options: CreateAppOptions = {}): Promise<Application> {
  return new Application(
    await prepareApplication(root, { ...options, features: defaultFeatures(options) }),
    options,
  )
}

/**
 * The features that an application has without asking, followed by its own.
 *
 * @param options as given to `createApp`
 */
export function defaultFeatures({
  validation,
  responses = {},
  timeout,
  serializers = [],
  etag = false,
  compression = false,
  securityHeaders: headers = true,
  csrf,
  features = [],
}: CreateAppOptions): readonly Feature[] {
  return [
    ...(validation === false ? [] : [validationFeature(validation)]),
    responseValidation(responses),
    serializationFeature(responses),
    bodiesFeature(),
    timeoutsFeature(timeout),
    negotiationFeature(serializers),
    conditionalFeature(etag),
    compressionFeature(compression),
    securityHeaders(headers),
    csrfFeature(csrf),
    versioningFeature(),
    webSocketFeature(),
    liveDeclarations(),
    ...features,
  ]
}
