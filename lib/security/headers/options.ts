import type { ContentSecurityPolicy } from './content-security-policy.js'

/** How long, and for what, browsers use TLS only (RFC 6797). */
export interface StrictTransportSecurity {
  /** Seconds. Default a year. */
  readonly maxAge?: number
  /** Default false: the other names of the domain may not be ready for it. */
  readonly includeSubDomains?: boolean
  /** Agrees to be on the lists that browsers come with. Default false. */
  readonly preload?: boolean
}

/** Headers by which browsers keep pages and their visitors safe. */
export interface SecurityHeadersOptions {
  /** `X-Content-Type-Options: nosniff` on every answer. Default true. */
  readonly nosniff?: boolean
  /** `Strict-Transport-Security` on every answer over TLS. Default: for a year. */
  readonly hsts?: StrictTransportSecurity | boolean
  /** `Referrer-Policy` of pages. Default `strict-origin-when-cross-origin`. */
  readonly referrerPolicy?: string | false
  /** `X-Frame-Options` of pages, and `frame-ancestors` of their policy: who may show them in a frame. Default `SAMEORIGIN`. */
  readonly frameOptions?: 'DENY' | 'SAMEORIGIN' | false
  /** `Cross-Origin-Opener-Policy` of pages. Default `same-origin`. */
  readonly openerPolicy?:
    'same-origin' | 'same-origin-allow-popups' | 'noopener-allow-popups' | 'unsafe-none' | false
  /** `Cross-Origin-Resource-Policy` of pages. Default `same-origin`. */
  readonly resourcePolicy?: 'same-origin' | 'same-site' | 'cross-origin' | false
  /** `Cross-Origin-Embedder-Policy` of pages. Default false. */
  readonly embedderPolicy?: 'require-corp' | 'credentialless' | false
  /** `X-DNS-Prefetch-Control` of pages. Default `off`. */
  readonly dnsPrefetch?: 'on' | 'off' | false
  /** `Permissions-Policy` of pages: who may use a feature: `{ camera: [], geolocation: ['self', 'https://a.example'] }`. */
  readonly permissionsPolicy?: Readonly<Record<string, readonly string[]>> | false
  /** `Content-Security-Policy` of pages. Default: `base-uri 'self'; object-src 'none'` and `frame-ancestors`. */
  readonly contentSecurityPolicy?: ContentSecurityPolicy | false
  /** Only has violations reported. Default false. */
  readonly reportOnly?: boolean
}
