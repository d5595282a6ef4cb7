import { constants } from 'node:crypto'
import type { SecureContext, SecureContextOptions } from 'node:tls'
import { checkOptions } from './check.js'
import { loadCertificate, type LoadedCertificate } from './context.js'
import { TlsConfigurationInvalid } from './errors.js'
import { MaterialReader } from './material.js'
import type { TlsCertificate, TlsCertificateLookup, TlsOptions } from './options.js'

/** Forward secrecy and authenticated encryption only; the names of TLS 1.3 first. */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':')

const SERVER_NAME = /^(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/

/** All certificates of a listener, as they were when they were read. */
export class Certificates {
  private readonly chosen = new WeakMap<TlsCertificate, Promise<SecureContext>>()

  private constructor(
    /** The listener's own, for `tls.Server`. */
    readonly own: SecureContextOptions,
    private readonly names: ReadonlyMap<string, SecureContext>,
    private readonly lookup: TlsCertificateLookup | undefined,
    readonly files: ReadonlySet<string>,
    /** The same as long as all files have the same contents. */
    readonly digest: string,
    readonly warnings: readonly Error[],
    private readonly common: SecureContextOptions,
  ) {}

  /**
   * Reads and checks everything that the options name.
   *
   * @throws {CorbelError} CORBEL_TLS_FILE, CORBEL_TLS_CONFIGURATION
   */
  static async load(options: TlsOptions): Promise<Certificates> {
    checkOptions(options)
    const reader = new MaterialReader()
    const common = { ...commonOptions(options), ...(await authorities(options, reader)) }
    const own = await loadCertificate('the listener', options, common, reader)
    const named: LoadedCertificate[] = []
    const names = new Map<string, SecureContext>()
    const lookup = typeof options.sni === 'function' ? options.sni : undefined
    for (const [name, certificate] of lookup ? [] : Object.entries(options.sni ?? {})) {
      const key = name.toLowerCase()
      if (!SERVER_NAME.test(key))
        throw new TlsConfigurationInvalid({ part: `sni['${name}']`, reason: 'this is no host name' })
      const loaded = await loadCertificate(`sni['${name}']`, certificate, common, reader)
      named.push(loaded)
      names.set(key, loaded.context)
    }
    const warnings = [own, ...named].flatMap((loaded) => loaded.warnings)
    return new Certificates(own.options, names, lookup, reader.files, reader.digest(), warnings, common)
  }

  /**
   * Finds the certificate for a name that a client asks for.
   *
   * @param serverName in any case
   * @returns undefined for the listener's own
   * @throws {CorbelError} CORBEL_TLS_FILE, CORBEL_TLS_CONFIGURATION for what the application's function has found
   */
  find(serverName: string): SecureContext | undefined | Promise<SecureContext | undefined> {
    const name = serverName.toLowerCase()
    if (this.lookup !== undefined) return this.findByFunction(this.lookup, name)
    return this.names.get(name) ?? this.names.get(`*${name.slice(name.indexOf('.'))}`)
  }

  private async findByFunction(
    lookup: TlsCertificateLookup,
    name: string,
  ): Promise<SecureContext | undefined> {
    const certificate = await lookup(name)
    if (certificate === undefined) return undefined
    const known = this.chosen.get(certificate)
    if (known !== undefined) return known
    const loading = loadCertificate(`sni('${name}')`, certificate, this.common, new MaterialReader())
    const context = loading.then((loaded) => loaded.context)
    this.chosen.set(certificate, context)
    // what could not be read is tried anew the next time
    context.catch(() => this.chosen.delete(certificate))
    return context
  }
}

/** Whether clients are asked for certificates, in Corbel's words or Node's. */
export function clientCertificatesOf({
  clientCertificates,
  requestCert,
  rejectUnauthorized,
}: TlsOptions): 'off' | 'request' | 'require' {
  if (clientCertificates !== undefined) return clientCertificates
  if (requestCert !== true) return 'off'
  return rejectUnauthorized === false ? 'request' : 'require'
}

/**
 * The authorities for client certificates. They go into each context, since one without would trust those of the system:
 * every certificate that anyone can buy.
 */
async function authorities(
  options: TlsOptions,
  reader: MaterialReader,
): Promise<Pick<SecureContextOptions, 'ca' | 'crl'>> {
  const ca = await reader.readAll('ca', options.ca)
  const crl = await reader.readAll('crl', options.crl)
  if (ca === undefined && clientCertificatesOf(options) !== 'off') {
    throw new TlsConfigurationInvalid({
      part: 'client certificates',
      reason: 'ca is missing; give the certificates of the authorities that issue them',
    })
  }
  return { ...(ca && { ca }), ...(crl && { crl }) }
}

function commonOptions(options: TlsOptions): SecureContextOptions {
  const { minVersion = 'TLSv1.2', maxVersion = 'TLSv1.3', ciphers = CIPHERS, sessionTimeout = 300 } = options
  let secureOptions = constants.SSL_OP_NO_RENEGOTIATION
  if (!mayResume(options)) secureOptions |= constants.SSL_OP_NO_TICKET
  return { minVersion, maxVersion, ciphers, honorCipherOrder: true, sessionTimeout, secureOptions }
}

/**
 * A resumed session counts as verified, and OpenSSL resumes it under another server name as well: where names have
 * authorities of their own, the client of one would get in at the other.
 */
function mayResume(options: TlsOptions): boolean {
  if (clientCertificatesOf(options) === 'off') return true
  if (typeof options.sni === 'function' || options.SNICallback !== undefined) return false
  return Object.values(options.sni ?? {}).every(({ ca, crl }) => ca === undefined && crl === undefined)
}
