import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { HttpContext } from '../../web/index.js'
import { CsrfSecretMissing } from '../errors.js'
import type { CsrfSettings } from './options.js'

/** What tokens are signed for: one that was signed as a cookie is none. */
const PURPOSE = 'corbel csrf token'
const SALT_BYTES = 16
const COOKIE_FORM = /^[\w-]{43}$/

/**
 * The token for a page: signed by the application's secret, and good only beside the cookie that this answer sets where the
 * browser has none. Each one is different, so that compression tells nothing about it (BREACH).
 *
 * @param context of the page
 * @param settings of the application
 * @throws {CorbelError} CORBEL_CSRF_SECRET_MISSING
 */
export function issueToken(context: HttpContext, settings: CsrfSettings): string {
  const { seals } = context.cookieRules
  if (seals === undefined) throw new CsrfSecretMissing({})
  const { response } = context
  let cookie = cookieOf(context, settings) ?? issued.get(response)
  if (cookie === undefined) {
    cookie = randomBytes(32).toString('base64url')
    issued.set(response, cookie)
    response.cookie(nameOf(context, settings), cookie, {
      httpOnly: true,
      secure: context.isSecure,
      sameSite: 'lax',
      path: '/',
    })
  }
  // a cache that keeps the page would hand the token to others
  if (!response.headers.has('cache-control')) response.setHeader('cache-control', 'no-store')
  const salt = randomBytes(SALT_BYTES).toString('base64url')
  return seals.sign(PURPOSE, `${salt}.${digest(salt, cookie)}`)
}

/** A page may ask for several. */
const issued = new WeakMap<object, string>()

/**
 * Whether a request brings a token that belongs to its cookie.
 *
 * @param context of the request
 * @param settings of the application
 */
export function hasToken(context: HttpContext, settings: CsrfSettings): boolean {
  const { seals } = context.cookieRules
  const cookie = cookieOf(context, settings)
  const given = givenToken(context, settings)
  if (seals === undefined || cookie === undefined || given === undefined) return false
  const signed = seals.unsign(PURPOSE, given)
  if (signed === false) return false
  const [salt = '', value = ''] = signed.split('.')
  const expected = Buffer.from(digest(salt, cookie))
  const actual = Buffer.from(value)
  return actual.length === expected.length && timingSafeEqual(actual, expected)
}

function givenToken(context: HttpContext, { headers, field }: CsrfSettings): string | undefined {
  for (const name of headers) {
    const value = context.exchange.headers.get(name)
    if (value !== undefined) return value
  }
  const { body } = context
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, field)) return undefined
  const value = (body as Record<string, unknown>)[field]
  return typeof value === 'string' ? value : undefined
}

function cookieOf(context: HttpContext, settings: CsrfSettings): string | undefined {
  const cookies = context.request.cookies as Readonly<Record<string, string | undefined>> | undefined
  const name = nameOf(context, settings)
  const value = cookies !== undefined && Object.hasOwn(cookies, name) ? cookies[name] : undefined
  return value !== undefined && COOKIE_FORM.test(value) ? value : undefined
}

/** Over TLS other hosts of the domain cannot set it (RFC 6265bis §4.1.3.2). */
function nameOf({ isSecure }: HttpContext, { cookie }: CsrfSettings): string {
  return isSecure ? `__Host-${cookie}` : cookie
}

function digest(salt: string, cookie: string): string {
  return createHash('sha256').update(`${salt}.${cookie}`).digest('base64url')
}
