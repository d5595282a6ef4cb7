export { CsrfToken, SkipCsrf } from './csrf/decorators.js'
export { csrfFeature } from './csrf/feature.js'
export type { CsrfOptions } from './csrf/options.js'
export {
  CsrfOptionsInvalid,
  CsrfRefused,
  CsrfSecretMissing,
  InputOperator,
  RateLimited,
  RateLimitInvalid,
  SecurityHeadersInvalid,
  SecurityTxtInvalid,
} from './errors.js'
export { CSP_NONCE, type ContentSecurityPolicy } from './headers/content-security-policy.js'
export { CspNonce, SecurityHeaders } from './headers/decorators.js'
export { securityHeaders } from './headers/feature.js'
export type { SecurityHeadersOptions, StrictTransportSecurity } from './headers/options.js'
export { OperatorGuard, type OperatorGuardOptions } from './operator-guard.js'
export { RateLimit, SkipRateLimit } from './rate-limits/decorators.js'
export { RateLimitModule } from './rate-limits/module.js'
export {
  RATE_LIMIT_OPTIONS,
  type RateLimitKey,
  type RateLimitModuleAsyncOptions,
  type RateLimitModuleOptions,
  type RateLimitRule,
} from './rate-limits/options.js'
export { SecurityTxtModule } from './security-txt/module.js'
export type { SecurityTxtOptions } from './security-txt/text.js'
