import { defineError, type CorbelError } from '../common/index.js'
import { BadRequestException, PayloadTooLargeException, type HttpException } from '../pipeline/index.js'

/** A file that is larger than the limits allow. */
export const FileTooLarge = defineError<{ field: string; limit: number }>(
  'CORBEL_UPLOAD_FILE_TOO_LARGE',
  'The file of the field "{field}" has more than {limit} bytes. Send a smaller one, or raise limits.fileSize.',
  { status: 413 },
)

/** A body that is larger than all of its parts may be together. */
export const UploadTooLarge = defineError<{ limit: number }>(
  'CORBEL_UPLOAD_TOO_LARGE',
  'The upload has more than {limit} bytes. Send less, or raise limits.total.',
  { status: 413 },
)

/** More parts than the limits allow, or longer names and values. */
export const UploadLimitExceeded = defineError<{
  what: string
  limit: number
  option: string
  field: string
}>(
  'CORBEL_UPLOAD_LIMIT',
  '{what}: the limit is {limit} (field "{field}"). Send less, or raise limits.{option}.',
  { status: 400 },
)

/** A file in a field that takes none, or one more than it takes. */
export const UnexpectedFile = defineError<{ field: string }>(
  'CORBEL_UPLOAD_UNEXPECTED_FILE',
  'The field "{field}" takes no file, or not as many. Name the field in the interceptor, or raise its maxCount.',
  { status: 400 },
)

/** A body that is not what RFC 7578 describes. */
export const MultipartMalformed = defineError<{ reason: string }>(
  'CORBEL_UPLOAD_MALFORMED',
  'The multipart body is malformed: {reason}',
  { status: 400 },
)

/** A name from `filename` that leads out of the folder. */
export const FileNameEscapes = defineError<{ name: string; folder: string }>(
  'CORBEL_UPLOAD_FILE_NAME',
  'The name "{name}", which filename() gave, is no file in {folder}. Do not use originalname unchecked.',
)

/** Options of an upload that cannot be meant. */
export const UploadOptionsInvalid = defineError<{ reason: string }>(
  'CORBEL_UPLOAD_OPTIONS_INVALID',
  'The options of an upload cannot be used: {reason}',
)

/**
 * What filters and clients see of an error: a named HttpException with the message that users of Multer know, and the
 * coded error as its cause.
 *
 * @param error 413 or 400
 * @param message for the client
 */
export function refusal(error: CorbelError, message: string): HttpException {
  const type = error.status === 413 ? PayloadTooLargeException : BadRequestException
  return new type(message, {
    cause: error,
    problem: { code: error.code },
    description: error.status === 413 ? 'Payload Too Large' : 'Bad Request',
  })
}

/** Too much of something: `Too many files - photos`. */
export function limitExceeded(what: string, option: string, limit: number, field = ''): HttpException {
  const message = field === '' ? what : `${what} - ${field}`
  return refusal(new UploadLimitExceeded({ what, limit, option, field }), message)
}

/** A malformed body: `Multipart: Unexpected end of form`. */
export function malformed(reason: string, cause?: unknown): HttpException {
  return refusal(new MultipartMalformed({ reason }, { cause }), `Multipart: ${reason}`)
}
