import { BufferedBody, EMPTY_BODY, type BodySource } from '../../http/index.js'
import { RequestBody } from './body.js'
import { ChunkedDecoder } from './chunked.js'
import type { Intake } from './intake.js'
import type { H1Limits } from './limits.js'

/**
 * Makes the body of the request whose head was read last.
 *
 * @param length bytes; -1 for a chunked one
 * @param intake has what was received of it
 * @param limits of the connection
 * @returns a `RequestBody` where more of it has to come
 */
export function openBody(length: number, intake: Intake, limits: H1Limits): BodySource {
  if (length === 0) return EMPTY_BODY
  const { bodyHighWaterMark, maxBodySize } = limits
  if (length === -1) {
    return new RequestBody(undefined, new ChunkedDecoder(limits), bodyHighWaterMark, maxBodySize)
  }
  const whole = maxBodySize !== 0 && length > maxBodySize ? undefined : intake.takeExactly(length)
  if (whole !== undefined) return new BufferedBody(whole)
  return new RequestBody(length, undefined, bodyHighWaterMark, maxBodySize)
}
