import { negotiate } from '../http/index.js'
import type { ChooseForm, HttpEndpoint, ResultForm, StreamFormat, WriteJson } from '../web/index.js'
import { writeJson } from '../web/index.js'
import { notAcceptable, StreamTooLong } from './errors.js'
import type { SerializeContext, Serializer } from './serializer.js'

/** One media type of a route, and who writes it. */
export interface Offer {
  readonly type: string
  readonly serializer: Serializer
}

/** Clients have few different values of `Accept`; who sends many makes us forget, not grow. */
const MAX_KNOWN = 100
const MAX_KEPT_LENGTH = 300

/** Values of a stream that are collected for a form that has to know them all. */
const MAX_COLLECTED = 10_000

/**
 * Makes the choice of a route.
 *
 * @param endpoint the route
 * @param offers what it can send; the first is for clients that do not say
 */
export function compileChoice(endpoint: HttpEndpoint, offers: readonly Offer[]): ChooseForm {
  const write: WriteJson = (value) => (endpoint.write ?? writeJson)(value)
  const forms = offers.map((offer) => formOf(offer, write))
  const types = offers.map(({ type }) => type)
  const known = new Map<string, ResultForm>()
  const choose = (accept: string): ResultForm => {
    // a type may come with parameters that say nothing about the form: `application/json; v=2`
    const best =
      negotiate('accept', accept, types)[0] ?? negotiate('accept', withoutParameters(accept), types)[0]
    if (best === undefined) throw notAcceptable(accept, types)
    return forms[types.indexOf(best)]!
  }
  return ({ exchange }) => {
    const accept = exchange.headers.get('accept')
    if (accept === undefined || accept.trim() === '') return forms[0]!
    let form = known.get(accept)
    if (form !== undefined) return form
    form = choose(accept)
    if (accept.length <= MAX_KEPT_LENGTH) {
      if (known.size === MAX_KNOWN) known.clear()
      known.set(accept, form)
    }
    return form
  }
}

function withoutParameters(accept: string): string {
  return accept.replace(/;(?!\s*q\s*=)[^,;]*/gi, '')
}

function formOf({ type, serializer }: Offer, write: WriteJson): ResultForm {
  const context: SerializeContext = { json: write, type }
  const { parameters } = serializer
  const contentType = parameters === undefined ? type : `${type}; ${parameters}`
  return {
    type: contentType,
    write: (value) => serializer.serialize(value, context),
    // a stream may remember what its first value was: each has its own
    get stream(): StreamFormat {
      const { stream } = serializer
      if (stream === undefined) return collecting(contentType, serializer, context)
      return {
        ...stream,
        type: contentType,
        item: (value, index) => stream.item(value, index, context),
      }
    },
  }
}

function collecting(type: string, serializer: Serializer, context: SerializeContext): StreamFormat {
  const values: unknown[] = []
  return {
    type,
    item(value) {
      if (values.length === MAX_COLLECTED) throw new StreamTooLong({ type, limit: MAX_COLLECTED })
      values.push(value)
      return ''
    },
    get close() {
      return serializer.serialize(values, context)
    },
  }
}
