import { TlsConfigurationInvalid } from './errors.js'
import type { TlsOptions } from './options.js'

/** What Node wants of `ticketKeys`: a name, an HMAC key and an AES key of 16 bytes each. */
const TICKET_KEYS_LENGTH = 48

const VERSIONS = ['TLSv1.2', 'TLSv1.3']
const CLIENT_CERTIFICATES = ['off', 'request', 'require']

/**
 * Checks the options that no library checks, or only when the first client comes.
 *
 * @throws {CorbelError} CORBEL_TLS_CONFIGURATION
 */
export function checkOptions(options: TlsOptions): void {
  const { handshakeTimeout = 1, sessionTimeout = 1, ticketKeys, clientCertificates = 'off' } = options
  const { minVersion = 'TLSv1.2', maxVersion = 'TLSv1.3' } = options
  if (!isPositive(handshakeTimeout)) throw wrong('handshakeTimeout', 'it has to be milliseconds, at least 1')
  if (!isPositive(sessionTimeout)) throw wrong('sessionTimeout', 'it has to be seconds, at least 1')
  if (ticketKeys !== undefined && ticketKeys.length !== TICKET_KEYS_LENGTH)
    throw wrong('ticketKeys', `they have to be ${TICKET_KEYS_LENGTH} random bytes`)
  if (!CLIENT_CERTIFICATES.includes(clientCertificates))
    throw wrong('clientCertificates', `it has to be one of ${CLIENT_CERTIFICATES.join(', ')}`)
  for (const [name, version] of Object.entries({ minVersion, maxVersion })) {
    if (!VERSIONS.includes(version)) throw wrong(name, `it has to be one of ${VERSIONS.join(', ')}`)
  }
  if (minVersion > maxVersion) throw wrong('minVersion', 'it is above maxVersion')
}

function isPositive(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0
}

function wrong(part: string, reason: string): Error {
  return new TlsConfigurationInvalid({ part, reason })
}
