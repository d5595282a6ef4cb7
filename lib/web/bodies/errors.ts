import { defineError, type CorbelError } from '../../common/index.js'

/** A body that is not what its content type or its content coding says. */
export const BodyMalformed = defineError<{ type: string; reason: string }>(
  'CORBEL_BODY_MALFORMED',
  'The request body is not valid {type}: {reason}',
  { status: 400 },
)

/** A body that is nested deeper than is read. */
export const BodyTooDeep = defineError<{ limit: number }>(
  'CORBEL_BODY_TOO_DEEP',
  'The request body is nested more than {limit} levels deep.',
  { status: 400 },
)

/** A compressed body that grows out of proportion: what is called a bomb. */
export const BodyInflated = defineError<{ ratio: number }>(
  'CORBEL_BODY_INFLATED',
  'The request body grows to more than {ratio} times its compressed size. Send it uncompressed.',
  { status: 413 },
)

/** A body of a type that nothing reads. */
export const BodyTypeUnsupported = defineError<{ type: string; supported: string }>(
  'CORBEL_BODY_TYPE_UNSUPPORTED',
  'The content type {type} is not supported here. Send one of: {supported}.',
  { status: 415 },
)

/** A body whose content coding nothing takes off: its bytes would be taken for something else (RFC 9110 §8.4). */
export const BodyCodingUnsupported = defineError<{ coding: string; supported: string }>(
  'CORBEL_BODY_CODING_UNSUPPORTED',
  'The content coding {coding} is not supported here. Send the body with one of: {supported}.',
  { status: 415 },
)

/** A body of text in a charset that is not known, or that its type does not have. */
export const BodyCharsetUnsupported = defineError<{ charset: string; type: string }>(
  'CORBEL_BODY_CHARSET_UNSUPPORTED',
  'The charset {charset} is not supported for {type}. Send the body as UTF-8.',
  { status: 415 },
)

/**
 * The refusal of a body for its type.
 *
 * @param type its media type; empty for none
 * @param types what would be taken instead: told in `Accept` (RFC 9110 §12.5.1)
 */
export function refuseType(type: string, types: readonly string[]): CorbelError {
  const error = new BodyTypeUnsupported({ type: type === '' ? '(none)' : type, supported: types.join(', ') })
  // what has no form of its own in a field is told in the text alone
  const accept = types.filter((one) => !one.startsWith('+')).join(', ')
  return accept === '' ? error : Object.assign(error, { headers: { accept } })
}
