import { createPrivateKey, X509Certificate } from 'node:crypto'
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls'
import { TlsCertificateOutdated, TlsConfigurationInvalid } from './errors.js'
import type { MaterialReader } from './material.js'
import type { TlsCertificate } from './options.js'

/** What OpenSSL and Node say, and what it means to the one who configures. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/key values mismatch/i, 'the key is not that of the certificate'],
  [/key type mismatch/i, 'the key is not of the kind that the certificate has'],
  [
    /no start line|unsupported|decoder|wrong tag|not enough data|header too long/i,
    'the key or a certificate is not PEM (for PKCS#12, use pfx)',
  ],
]

/** What they say of keys that they cannot open; a missing passphrase is an empty one to them. */
const LOCKED = /mac verify failure|bad decrypt|password|passphrase|interrupted or cancelled/i

/** A certificate that is ready for use. */
export interface LoadedCertificate {
  readonly options: SecureContextOptions
  readonly context: SecureContext
  /** What its user should know, although it works. */
  readonly warnings: readonly Error[]
}

/**
 * Reads and checks a certificate with its key.
 *
 * @param part whose it is, for errors
 * @param certificate as configured
 * @param common what all contexts of the listener share; its `ca` and `crl` are for certificates without their own
 * @param reader reads the files
 * @throws {CorbelError} CORBEL_TLS_FILE, CORBEL_TLS_CONFIGURATION
 */
export async function loadCertificate(
  part: string,
  certificate: TlsCertificate,
  common: SecureContextOptions,
  reader: MaterialReader,
): Promise<LoadedCertificate> {
  const { passphrase, pfx } = certificate
  const key = await reader.readAll('key', certificate.key)
  const cert = await reader.readAll('cert', certificate.cert)
  if (pfx === undefined && (key === undefined || cert === undefined)) {
    const missing = key === undefined && cert === undefined ? 'key and cert are' : key ? 'cert is' : 'key is'
    throw new TlsConfigurationInvalid({ part, reason: `${missing} missing; give both, or pfx` })
  }
  const options: SecureContextOptions = {
    ...common,
    ...(key && { key }),
    ...(cert && { cert }),
    ...(pfx !== undefined && { pfx: await reader.read('pfx', pfx) }),
    ...(passphrase !== undefined && { passphrase }),
    ...(certificate.ca !== undefined && { ca: await reader.readAll('ca', certificate.ca) }),
    ...(certificate.crl !== undefined && { crl: await reader.readAll('crl', certificate.crl) }),
  }
  try {
    const context = createSecureContext(options)
    checkPair(key, cert, passphrase)
    return { options, context, warnings: (cert ?? []).flatMap((one) => outdated(part, one)) }
  } catch (cause) {
    throw new TlsConfigurationInvalid({ part, reason: reasonOf(cause, passphrase !== undefined) }, { cause })
  }
}

/** OpenSSL looks at the pair itself only if the certificate is set first, which not every version of Node does. */
function checkPair(
  keys: readonly (string | Buffer)[] | undefined,
  certs: readonly (string | Buffer)[] | undefined,
  passphrase: string | undefined,
): void {
  if (keys?.length !== 1 || certs?.length !== 1) return
  const key = createPrivateKey({ key: keys[0]!, ...(passphrase !== undefined && { passphrase }) })
  if (!new X509Certificate(certs[0]!).checkPrivateKey(key)) throw new Error('key values mismatch')
}

function outdated(part: string, cert: string | Buffer): Error[] {
  const { subject, validFrom, validTo } = new X509Certificate(cert)
  const now = Date.now()
  const name = subject?.replaceAll('\n', ', ') ?? 'without subject'
  const tell = (problem: string): Error[] => [new TlsCertificateOutdated({ part, subject: name, problem })]
  if (Date.parse(validTo) <= now) return tell(`has expired on ${validTo}`)
  return Date.parse(validFrom) > now ? tell(`is valid only from ${validFrom} on`) : []
}

function reasonOf(cause: unknown, hasPassphrase: boolean): string {
  const message = cause instanceof Error ? cause.message : String(cause)
  const locked = hasPassphrase
    ? 'the passphrase does not open the key'
    : 'the key is locked; give its passphrase'
  const meaning = LOCKED.test(message) ? locked : REASONS.find(([pattern]) => pattern.test(message))?.[1]
  return meaning === undefined ? message : `${meaning} (${message})`
}
