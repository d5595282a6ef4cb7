import { randomSecret } from '../digest.js'

/** What is needed of a request. */
export interface CookieReader {
  readonly cookies: Readonly<Record<string, string | undefined>>
}

/** What is needed of a response. */
export interface CookieWriter {
  cookie(
    name: string,
    value: string,
    options: { httpOnly: boolean; secure: boolean; sameSite: 'lax' | 'none'; path: string; maxAge: number },
  ): unknown
}

const COOKIE = '__Host-corbel-browser'
const HOUR = 3_600_000

/**
 * A secret of the browser, in a cookie of its own: what is bound to it (links, codes, logins at providers) is worth nothing
 * in another browser. Made anew where there is none.
 *
 * @param request of the browser
 * @param response that sets the cookie
 * @param options `crossSite`: sent also with forms that another site posts: Apple's answers
 */
export function browserBinding(
  request: CookieReader,
  response: CookieWriter,
  options: { readonly crossSite?: boolean } = {},
): string {
  const known = bindingOf(request)
  const value = known ?? randomSecret()
  const sameSite = options.crossSite === true ? 'none' : 'lax'
  response.cookie(COOKIE, value, { httpOnly: true, secure: true, sameSite, path: '/', maxAge: HOUR })
  return value
}

/**
 * The secret of the browser, if it has one.
 *
 * @param request of the browser
 */
export function bindingOf({ cookies }: CookieReader): string | undefined {
  const value = Object.hasOwn(cookies, COOKIE) ? cookies[COOKIE] : undefined
  return value !== undefined && /^[\w-]{43}$/.test(value) ? value : undefined
}
