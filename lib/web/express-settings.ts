import type { WebOptions } from './feature.js'
import { compileTrust } from './trust-proxy.js'

/**
 * A setting by the name that Express has for it, for middleware that asks `request.app`.
 *
 * @param options of the application
 * @param name of the setting
 * @returns undefined for settings that there are none of
 */
export function readSetting(options: WebOptions, name: string): unknown {
  switch (name) {
    case 'env':
      return process.env['NODE_ENV'] ?? 'development'
    case 'trust proxy':
      return options.trustProxy
    case 'trust proxy fn':
      return compileTrust(options.trustProxy)?.trusts ?? trustsNobody
    case 'case sensitive routing':
      return options.caseSensitive
    case 'strict routing':
      return options.strictSlash
    case 'query parser fn':
      return options.parseQuery
    case 'views':
      return options.views.folders
    case 'x-powered-by':
    case 'etag':
      return false
    default:
      return undefined
  }
}

function trustsNobody(): boolean {
  return false
}
