import { createHash } from 'node:crypto'
import { outboundFetch, type OutboundFetch } from '../outbound.js'

/** The options of `pwnedPasswords`. */
export interface PwnedPasswordsOptions {
  /** Where the ranges are. Default the public service of Have I Been Pwned. */
  readonly url?: string
  /** How often a password must have been seen. Default 1. */
  readonly least?: number
  /** Sends the request. */
  readonly fetch?: OutboundFetch
}

/**
 * Asks a list of breached passwords. Five digits of a hash leave this server, neither the password nor its hash. Where the
 * list does not answer, passwords are let through: nobody should be kept from choosing one by somebody else's outage.
 *
 * @param options see `PwnedPasswordsOptions`
 * @see https://haveibeenpwned.com/API/v3#PwnedPasswords
 */
export function pwnedPasswords(options: PwnedPasswordsOptions = {}): (password: string) => Promise<boolean> {
  const {
    url = 'https://api.pwnedpasswords.com/range/',
    least = 1,
    fetch = outboundFetch({ timeout: 2000 }),
  } = options
  return async (password) => {
    const hash = createHash('sha1').update(password).digest('hex').toUpperCase()
    try {
      const answer = await fetch(url + hash.slice(0, 5), { headers: { 'Add-Padding': 'true' } })
      if (!answer.ok) return false
      const line = (await answer.text()).split(/\r?\n/).find((one) => one.startsWith(hash.slice(5)))
      return Number(line?.split(':')[1] ?? 0) >= least
    } catch {
      return false
    }
  }
}
