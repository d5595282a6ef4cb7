import type { SecureContext } from 'node:tls'
import type { MaybePromise } from '../../common/index.js'

/** A key or certificate: PEM text, the path or `file:` URL of a file, or the file's bytes. */
export type TlsMaterial = string | Uint8Array | URL

/** What a server shows of itself: a key with its certificate chain, or both in one PKCS#12 file. */
export interface TlsCertificate {
  /** The private key; several for certificates of several kinds (RSA, ECDSA), in the same order. */
  readonly key?: TlsMaterial | readonly TlsMaterial[]
  /** The certificate, followed by the intermediate ones. */
  readonly cert?: TlsMaterial | readonly TlsMaterial[]
  /** Key and certificates as PKCS#12, instead of `key` and `cert`. */
  readonly pfx?: TlsMaterial
  /** Opens an encrypted `key` or `pfx`. */
  readonly passphrase?: string
  /** The authorities that client certificates have to come from. For `sni`: instead of those of the listener. */
  readonly ca?: TlsMaterial | readonly TlsMaterial[]
  /** Revocation lists for client certificates. */
  readonly crl?: TlsMaterial | readonly TlsMaterial[]
}

/** Finds the certificate for a server name; nothing stands for the listener's own. */
export type TlsCertificateLookup = (serverName: string) => MaybePromise<TlsCertificate | undefined>

/** How TLS is spoken. The names of Node's `https` options work, too. */
export interface TlsOptions extends TlsCertificate {
  /**
   * Certificates by the name that the client asks for (RFC 6066 §3): by name, or `*.` and a name for the names one label
   * below it; or a function, whose result is kept for as long as it returns the same object. Others see the listener's own.
   */
  readonly sni?: Readonly<Record<string, TlsCertificate>> | TlsCertificateLookup
  /**
   * Asks clients for a certificate: `'require'` refuses those without one that comes from `ca`; `'request'` leaves it to the
   * application, which finds the outcome in the exchange's `TLS` feature. Default `'off'`.
   */
  readonly clientCertificates?: 'off' | 'request' | 'require'
  /** The lowest version. Default TLSv1.2. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3'
  /** The highest version. Default TLSv1.3. */
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3'
  /** Cipher suites in OpenSSL's notation. Default: those with forward secrecy and authenticated encryption. */
  readonly ciphers?: string
  /** ms for a handshake. Default 10 s. */
  readonly handshakeTimeout?: number
  /** Seconds for which a client may resume a session. Default 300. */
  readonly sessionTimeout?: number
  /** 48 secret bytes for session tickets, so that several processes resume each other's sessions. Default: new ones at each start. */
  readonly ticketKeys?: Buffer
  /** Reads the files again when they change. Default false; see `reloadTls`. */
  readonly watch?: boolean
  /** As Node names it: true is `clientCertificates: 'require'`, or `'request'` if `rejectUnauthorized` is false. */
  readonly requestCert?: boolean
  /** See `requestCert`. */
  readonly rejectUnauthorized?: boolean
  /** As Node names it: instead of `sni`, for contexts that the application makes itself. */
  readonly SNICallback?: (
    serverName: string,
    done: (error: Error | null, context?: SecureContext) => void,
  ) => void
}
