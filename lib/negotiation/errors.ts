import { CorbelError, defineError } from '../common/index.js'

/** A client that takes none of the forms of a route. */
export const NotAcceptable = defineError<{ accept: string; available: string }>(
  'CORBEL_NOT_ACCEPTABLE',
  'Nothing here can be sent as {accept}. Available: {available}.',
  { status: 406 },
)

/** A route that produces what nobody can write. */
export const SerializerMissing = defineError<{ endpoint: string; type: string }>(
  'CORBEL_SERIALIZER_MISSING',
  '{endpoint} produces {type}, for which there is no serializer. Correct the type, or give one to createApp(Root, { serializers: [defineSerializer(…)] }).',
)

/** A stream in a form that has an end before its beginning: all values have to be known. */
export const StreamTooLong = defineError<{ type: string; limit: number }>(
  'CORBEL_STREAM_TOO_LONG',
  'More than {limit} values cannot be sent as {type}, which has to know them all. Let @Produces offer another form, such as application/x-ndjson.',
)

/**
 * The answer to a client that takes none of the forms of a route: it names those that there are.
 *
 * @param accept as received
 * @param available media types
 * @see RFC 9110 §15.5.7
 */
export function notAcceptable(accept: string, available: readonly string[]): CorbelError {
  const asked = accept.length > 200 ? `${accept.slice(0, 200)}…` : accept
  const error = new NotAcceptable({ accept: asked, available: available.join(', ') })
  return Object.assign(error, { headers: { vary: 'Accept' }, problem: { available } })
}
