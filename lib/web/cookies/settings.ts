import { defineError, listOf } from '../../common/index.js'
import type { CookieOptions, CookieRules } from '../../http/index.js'
import { SecretSeals } from './seals.js'

/** A secret that can be guessed. */
export const CookieSecretWeak = defineError<{ least: number }>(
  'CORBEL_COOKIE_SECRET_WEAK',
  'A secret of cookies has fewer than {least} characters. Make one by: openssl rand -base64 32',
)

/** How an application sets and reads cookies. */
export interface CookieSettings {
  /**
   * Signs and encrypts cookies. Of several, the first is used for new ones, and the others still read what they have made:
   * put a new one in front, and take the old one away when its cookies have expired. 32 characters at least.
   */
  readonly secrets?: string | readonly string[]
  /** Attributes of cookies that do not say otherwise. Default `{ path: '/', sameSite: 'lax' }`. */
  readonly defaults?: CookieOptions
}

const LEAST = 32

/**
 * Compiles the settings.
 *
 * @param settings of the application
 * @throws {CorbelError} CORBEL_COOKIE_SECRET_WEAK
 */
export function cookieRules({ secrets = [], defaults = {} }: CookieSettings = {}): CookieRules {
  const list = listOf(secrets)
  if (list.some((secret) => secret.length < LEAST)) throw new CookieSecretWeak({ least: LEAST })
  return { defaults, seals: list.length === 0 ? undefined : new SecretSeals(list) }
}
