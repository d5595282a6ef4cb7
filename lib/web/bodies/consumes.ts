import { fullMediaType, type HeaderView } from '../../http/index.js'
import { defineDecorator } from '../../metadata/index.js'
import { Slot, type StepFactory } from '../../pipeline/index.js'
import type { HttpContext } from '../http-context.js'
import { refuseType } from './errors.js'
import { fitsType, mediaTypeOfField } from './media-type.js'

const PATTERN = /^(?:\+[\w!#$&^.-]+|[\w!#$&^.+-]+\/(?:\*|[\w!#$&^.+-]+))$/

/**
 * Says which types of bodies a route takes, or all routes of a controller. Others are refused with 415, unread, after the
 * guards and before everything else; requests without a body pass. It narrows what the application reads, and adds nothing to it.
 *
 * @param types media types, short names (`'json'`, `'form'`, `'multipart'`), `'image/*'` for any subtype, `'+json'` for types that
 *   end so (RFC 6839)
 * @throws {CorbelError} CORBEL_BODY_TYPE_UNSUPPORTED, which names them in `Accept`
 * @example
 * @Patch(':id') @Consumes('application/merge-patch+json') change(@Body() patch: object) {}
 * @see RFC 9110 §15.5.16
 */
export const Consumes = defineDecorator({
  name: 'Consumes',
  on: ['class', 'method'],
  value: (...types: readonly string[]): readonly string[] =>
    types.map((type) => fullMediaType(type).toLowerCase()),
  check: (types) => {
    if (types.length === 0) return 'names no media type'
    const wrong = types.find((type) => !PATTERN.test(type))
    return wrong === undefined ? undefined : `'${wrong}' is no media type without parameters`
  },
})

/**
 * Whether the body of a request is one that the route takes.
 *
 * @param headers of the request
 * @param types what `@Consumes` says
 */
export function isConsumed(headers: HeaderView, types: readonly string[]): boolean {
  const type = mediaTypeOfField(headers.get('content-type') ?? '')
  return types.some((pattern) => fitsType(type, pattern))
}

/** Refuses bodies of other types, on routes with `@Consumes`. */
export function consumeSteps(): StepFactory<HttpContext> {
  return {
    name: 'consumes',
    slot: Slot.Authorized,
    create({ metadata }) {
      const types = metadata.get(Consumes)
      if (types === undefined) return undefined
      return {
        kind: 'before',
        name: `consumes ${types.join(', ')}`,
        readsBody: false,
        run({ exchange: { body, headers } }) {
          if (body.length !== 0 && !isConsumed(headers, types))
            throw refuseType(mediaTypeOfField(headers.get('content-type') ?? ''), types)
        },
      }
    },
  }
}
