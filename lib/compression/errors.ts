import { defineError } from '../common/index.js'

/** An option of compression that has no meaning. */
export const CompressionOptionInvalid = defineError<{ option: string; value: string; advice: string }>(
  'CORBEL_COMPRESSION_OPTION',
  'compression.{option} cannot be {value}: {advice}.',
)

/** A client that refuses everything that could be sent, plain bytes included. */
export const CodingNotAcceptable = defineError<{ accept: string; available: string }>(
  'CORBEL_CODING_NOT_ACCEPTABLE',
  'Nothing here can be sent with Accept-Encoding: {accept}. Available: {available}.',
  { status: 406 },
)
