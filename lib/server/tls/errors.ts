import { defineError } from '../../common/index.js'

/** A key or certificate file that cannot be read. */
export const TlsFileUnreadable = defineError<{ option: string; path: string; reason: string }>(
  'CORBEL_TLS_FILE',
  'The TLS option {option} names the file {path}, which cannot be read: {reason}. Give a path, or the PEM text itself.',
)

/** TLS options that do not work together, or keys and certificates that cannot be used. */
export const TlsConfigurationInvalid = defineError<{ part: string; reason: string }>(
  'CORBEL_TLS_CONFIGURATION',
  'TLS cannot be spoken with {part}: {reason}.',
)

/** Told, not thrown: a certificate that clients will refuse. */
export const TlsCertificateOutdated = defineError<{ part: string; subject: string; problem: string }>(
  'CORBEL_TLS_CERTIFICATE_OUTDATED',
  'The certificate of {part} ({subject}) {problem}. Clients will refuse it; put a valid one in its place and reload.',
)

/** Told, not thrown: clients with which no TLS connection came about. */
export const TlsHandshakeFailed = defineError<{ reason: string }>(
  'CORBEL_TLS_HANDSHAKE',
  'A TLS handshake failed: {reason}.',
)
