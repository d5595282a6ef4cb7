import { defineDecorator } from '../metadata/index.js'
import type { Serializer } from './serializer.js'

const TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/

/**
 * Declares the forms in which results can be sent; the client's `Accept` chooses. Without it results are JSON, whatever
 * the client says. On a class it is about all its routes; a method has its own word.
 *
 * @param forms media types or short names (`'json'`, `'csv'`), or serializers of this route; the first is for clients that do
 *   not say
 * @example
 * @Get() @Produces('application/json', 'text/csv') list() { return this.users.all() }
 * @see RFC 9110 §12.5.1
 */
export const Produces = defineDecorator({
  name: 'Produces',
  on: ['class', 'method'],
  value: (...forms: readonly (string | Serializer)[]): readonly (string | Serializer)[] => forms,
  check: (forms) => {
    if (forms.length === 0) return 'names no media type'
    const wrong = forms.find((form) => typeof form === 'string' && form.includes('/') && !TYPE.test(form))
    return wrong === undefined ? undefined : `'${wrong as string}' is no media type without parameters`
  },
})
