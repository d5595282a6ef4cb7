import { H2Error } from '../errors.js'
import { ErrorCode } from '../wire-format.js'

/**
 * A header block that cannot be read: whatever follows on the connection could not be read either (RFC 9113 §4.3).
 *
 * @param reason what is wrong with it
 */
export function compressionError(reason: string): H2Error {
  return new H2Error(ErrorCode.CompressionError, reason)
}
