/** An extension that was offered: its name, and its parameters in lower case with their values, `true` for none. */
export interface ExtensionOffer {
  readonly name: string
  readonly parameters: ReadonlyMap<string, string | true>
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** More offers than any client makes. */
const MAX_OFFERS = 32

/**
 * Reads a Sec-WebSocket-Extensions field.
 *
 * @param value of the field, its lines joined by commas
 * @returns the offers, best first; undefined if it is malformed, or names a parameter twice
 * @see RFC 6455 §9.1: a quoted value has to be a token once its quotes are gone
 */
export function parseExtensions(value: string): readonly ExtensionOffer[] | undefined {
  const offers: ExtensionOffer[] = []
  for (const element of value.split(',')) {
    const [name, ...rest] = element.split(';').map((part) => part.trim())
    // RFC 9110 §5.6.1: empty elements of a list are passed over
    if (name === '' && rest.length === 0) continue
    if (name === undefined || !TOKEN.test(name) || offers.length === MAX_OFFERS) return undefined
    const parameters = new Map<string, string | true>()
    for (const part of rest) {
      const equals = part.indexOf('=')
      const key = (equals === -1 ? part : part.slice(0, equals)).trim().toLowerCase()
      const given = equals === -1 ? true : unquote(part.slice(equals + 1).trim())
      if (!TOKEN.test(key) || parameters.has(key) || (given !== true && !TOKEN.test(given))) return undefined
      parameters.set(key, given)
    }
    offers.push({ name: name.toLowerCase(), parameters })
  }
  return offers
}

function unquote(text: string): string {
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text
}
