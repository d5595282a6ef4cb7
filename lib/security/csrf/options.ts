import { CsrfOptionsInvalid } from '../errors.js'

/** How requests are told from those that other sites make a browser send. */
export interface CsrfOptions {
  /** Origins whose pages may send anything, beside the application's own: `https://app.example.com`. */
  readonly trustedOrigins?: readonly string[]
  /**
   * When a request has to bring a token: where nothing says which page it comes from (`'unknown'`, the default), or always
   * where a cookie says whose it is, as a second lock.
   */
  readonly tokens?: 'unknown' | 'always'
  /**
   * True to let requests with a session's cookie through that say nothing of where they come from, and bring no token:
   * browsers have sent `Origin` with every form since 2020, other clients never do. Default false.
   */
  readonly allowUnknown?: boolean
  /** The name of the cookie that tokens belong to; over TLS with `__Host-` in front. Default `csrf`. */
  readonly cookie?: string
  /** The member of form bodies that brings the token. Default `_csrf`. */
  readonly field?: string
  /** Headers that bring the token. Default `X-CSRF-Token` and `X-XSRF-TOKEN`. */
  readonly headers?: readonly string[]
}

/** Options with the defaults filled in. */
export interface CsrfSettings {
  readonly trustedOrigins: ReadonlySet<string>
  readonly tokens: 'unknown' | 'always'
  readonly allowUnknown: boolean
  readonly cookie: string
  readonly field: string
  /** In lower case. */
  readonly headers: readonly string[]
}

/**
 * Fills in defaults.
 *
 * @param options as given
 * @throws {CorbelError} CORBEL_CSRF_OPTIONS_INVALID
 */
export function csrfSettings({
  trustedOrigins = [],
  tokens = 'unknown',
  allowUnknown = false,
  cookie = 'csrf',
  field = '_csrf',
  headers = ['X-CSRF-Token', 'X-XSRF-TOKEN'],
}: CsrfOptions = {}): CsrfSettings {
  for (const origin of trustedOrigins) {
    if (originOf(origin) === origin && !origin.includes('*')) continue
    const problem = `"${origin}" is no origin. Write scheme, host and port alone, as browsers do: https://app.example.com.`
    throw new CsrfOptionsInvalid({ problem })
  }
  if (!/^\w[\w-]*$/.test(cookie))
    throw new CsrfOptionsInvalid({ problem: `"${cookie}" is no name of a cookie.` })
  return {
    trustedOrigins: new Set(trustedOrigins),
    tokens,
    allowUnknown,
    cookie,
    field,
    headers: headers.map((name) => name.toLowerCase()),
  }
}

function originOf(text: string): string | undefined {
  try {
    const { origin } = new URL(text)
    return origin === 'null' ? undefined : origin
  } catch {
    return undefined
  }
}
