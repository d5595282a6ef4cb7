import type { AppModel, Feature } from '../../core/index.js'
import { NO_STANDARD_HEADERS, STANDARD_HEADERS, type HttpEndpoint } from '../../web/index.js'
import { compileSecurityHeaders } from './compile.js'
import { SecurityHeaders } from './decorators.js'
import type { SecurityHeadersOptions } from './options.js'

/**
 * Gives all answers the headers by which browsers keep pages and visitors safe: few to JSON, all of them to HTML. They are
 * prepared with the routes.
 *
 * @param options what is different from the default; false for none, except on routes that say otherwise
 * @throws {CorbelError} CORBEL_SECURITY_HEADERS
 */
export function securityHeaders(options: SecurityHeadersOptions | boolean = true): Feature {
  const general: SecurityHeadersOptions = typeof options === 'object' ? options : {}
  const compiled = options === false ? NO_STANDARD_HEADERS : compileSecurityHeaders(general)
  return {
    name: 'security-headers',
    check(model: AppModel) {
      model.contribute(STANDARD_HEADERS, compiled)
      for (const endpoint of model.endpoints as unknown as readonly HttpEndpoint[]) {
        if (endpoint.kind !== 'http') continue
        const { metadata } = endpoint
        const own = metadata.onMethod(SecurityHeaders) ?? metadata.onClass(SecurityHeaders)
        if (own === undefined) continue
        try {
          endpoint.standard =
            own === false ? NO_STANDARD_HEADERS : compileSecurityHeaders({ ...general, ...own })
        } catch (error) {
          model.report(error as Error)
        }
      }
    },
  }
}
