import { createRequire } from 'node:module'
import { fullMediaType } from './media-types.js'

/** The part of `negotiator` that is used here. */
interface Negotiator {
  mediaTypes(available?: readonly string[]): string[]
  charsets(available?: readonly string[]): string[]
  encodings(
    available?: readonly string[],
    options?: { readonly preferred: readonly string[] } | null,
  ): string[]
  languages(available?: readonly string[]): string[]
}

type NegotiatorClass = new (request: {
  readonly headers: Readonly<Record<string, string | undefined>>
}) => Negotiator

/** The header fields by which a client says what it takes. */
export type NegotiatedField = 'accept' | 'accept-charset' | 'accept-encoding' | 'accept-language'

const METHODS = {
  accept: 'mediaTypes',
  'accept-charset': 'charsets',
  'accept-encoding': 'encodings',
  'accept-language': 'languages',
} as const

let known: NegotiatorClass | undefined

/** Loaded by the first request that is negotiated: most applications have none. */
function negotiatorOf(field: NegotiatedField, header: string | undefined): Negotiator {
  known ??= createRequire(import.meta.url)('negotiator') as NegotiatorClass
  return new known({ headers: { [field]: header } })
}

/**
 * Puts offers in the order in which a client prefers them; what it does not take is left out.
 *
 * @param field which header field
 * @param header its value; undefined if the client has not sent it, which means that all are equal
 * @param offers what could be sent, in the order that counts among equals; media types may be short names (`json`)
 * @returns offers as they were given: by quality, then by how exactly they are named, then by the client's order (content
 *   codings: by the order of the offers)
 * @see RFC 9110 §12.5
 */
export function negotiate(
  field: NegotiatedField,
  header: string | undefined,
  offers: readonly string[],
): readonly string[] {
  if (header === undefined) return offers
  const negotiator = negotiatorOf(field, header)
  if (field === 'accept-encoding') return negotiator.encodings(offers, { preferred: offers })
  if (field !== 'accept') return negotiator[METHODS[field]](offers)
  const byType = new Map<string, string>()
  for (const offer of offers) {
    const full = fullMediaType(offer)
    if (!byType.has(full)) byType.set(full, offer)
  }
  return negotiator.mediaTypes([...byType.keys()]).map((type) => byType.get(type)!)
}

/**
 * What a client names, the most wanted first.
 *
 * @param field which header field
 * @param header its value; undefined gives nothing
 */
export function preferencesOf(field: NegotiatedField, header: string | undefined): readonly string[] {
  if (header === undefined) return []
  const named = negotiatorOf(field, header)[METHODS[field]]()
  // the package adds the identity coding, of which the client has said nothing
  return field === 'accept-encoding' && !/identity|\*/i.test(header)
    ? named.filter((coding) => coding !== 'identity')
    : named
}
