import { serialize, type SerializeOptions } from 'cookie'
import { defineError } from '../common/index.js'

/** Attributes of a cookie. `path=/` and `SameSite=Lax` by default. `maxAge` is in milliseconds. */
export type CookieOptions = Omit<SerializeOptions, 'encode'>

/** A cookie that browsers would refuse, or cut off: without a word, so that it has to be said here. */
export const CookieInvalid = defineError<{ name: string; problem: string }>(
  'CORBEL_COOKIE_INVALID',
  'The cookie "{name}" cannot be set: {problem}',
)

/** What protects the values of cookies; an application has it if it has secrets. */
export interface CookieSeals {
  /** @returns the value with its signature, as it is sent */
  sign(name: string, value: string): string
  /** @returns the value; false if the signature is not that of this name and value */
  unsign(name: string, text: string): string | false
  /** @returns the encrypted value, as it is sent; `expires` in milliseconds since 1970, 0 for never */
  encrypt(name: string, value: unknown, expires: number): string
  /** @returns the value; undefined if it was not encrypted here, for this name, or has expired */
  decrypt(name: string, text: string): unknown
}

/** How an application sets and reads cookies. */
export interface CookieRules {
  /** Attributes of cookies that do not say otherwise. */
  readonly defaults: CookieOptions
  /** Undefined without secrets. */
  readonly seals: CookieSeals | undefined
}

/** Of name and value, and of an attribute (RFC 6265bis §5.6, §6.1): browsers ignore what is longer. */
const MAX_SIZE = 4096
const MAX_ATTRIBUTE = 1024

/**
 * Writes a `Set-Cookie` header.
 *
 * @param name of the cookie
 * @param value its text
 * @param options attributes, in place of the defaults; what a prefix of the name asks for is added
 * @throws {CorbelError} CORBEL_COOKIE_INVALID for what browsers would not take
 * @see RFC 6265bis §4.1.3 for `__Secure-` and `__Host-`
 */
export function writeCookie(name: string, value: string, options: CookieOptions): string {
  const fail = (problem: string): Error => new CookieInvalid({ name, problem })
  const attributes: SerializeOptions = { path: '/', sameSite: 'lax', ...options }
  if (options.maxAge !== undefined) {
    attributes.maxAge = Math.floor(options.maxAge / 1000)
    attributes.expires ??= new Date(Date.now() + options.maxAge)
  }
  const reason = reasonForSecure(name, attributes)
  if (reason !== undefined) {
    if (attributes.secure === false) throw fail(`${reason} needs secure: true.`)
    attributes.secure = true
  }
  if (/^__host-/i.test(name)) {
    if (attributes.domain !== undefined) throw fail('the prefix __Host- allows no domain.')
    if (attributes.path !== '/') throw fail("the prefix __Host- needs path: '/'.")
  }
  for (const attribute of ['path', 'domain'] as const)
    if ((attributes[attribute]?.length ?? 0) > MAX_ATTRIBUTE)
      throw fail(`its ${attribute} has more than ${MAX_ATTRIBUTE} characters.`)
  const written = serialized(name, value, attributes, fail)
  const end = written.indexOf(';')
  const size = (end === -1 ? written : written.slice(0, end)).length - 1
  if (size > MAX_SIZE)
    throw fail(
      `name and value have ${size} bytes, and browsers keep ${MAX_SIZE}. Keep the data on the server.`,
    )
  return written
}

function reasonForSecure(name: string, { sameSite, partitioned }: SerializeOptions): string | undefined {
  if (/^__(?:host|secure)-/i.test(name)) return `the prefix ${name.slice(0, name.indexOf('-') + 1)}`
  if (typeof sameSite === 'string' && sameSite.toLowerCase() === 'none') return 'SameSite=None'
  return partitioned === true ? 'Partitioned' : undefined
}

function serialized(
  name: string,
  value: string,
  attributes: SerializeOptions,
  fail: (problem: string) => Error,
): string {
  try {
    return serialize(name, value, attributes)
  } catch (error) {
    // the library says which argument: name, domain, path …
    throw fail(`${(error as Error).message}.`)
  }
}
