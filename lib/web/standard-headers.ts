import { typedKey } from '../common/index.js'
import type { HeaderList } from '../http/index.js'

type Fields = readonly (readonly [name: string, value: string])[]

/** Headers that answers have unless something else has set them; made at boot. */
export interface StandardHeaders {
  /** Of every answer. */
  readonly every: Fields
  /** Besides, of answers to clients that use TLS. */
  readonly secure: Fields
  /** Besides, of HTML. */
  readonly pages: Fields
  /**
   * The content security policy, for HTML.
   *
   * @param nonce of scripts and styles that the answer allows; undefined if nothing has asked for one
   * @returns undefined for none
   */
  readonly policy: (nonce: string | undefined) => readonly [name: string, value: string] | undefined
}

/** Under which a feature leaves those of the whole application. */
export const STANDARD_HEADERS = typedKey<StandardHeaders>('standard headers')

/** None at all. */
export const NO_STANDARD_HEADERS: StandardHeaders = {
  every: [],
  secure: [],
  pages: [],
  policy: () => undefined,
}

/**
 * Adds what is not there yet.
 *
 * @param headers complete otherwise: the type decides what is added
 * @param standard what there is to add
 * @param isSecure whether the client uses TLS
 * @param nonce see `StandardHeaders.policy`
 */
export function addStandardHeaders(
  headers: HeaderList,
  standard: StandardHeaders,
  isSecure: boolean,
  nonce?: string,
): void {
  addAll(headers, standard.every)
  if (isSecure) addAll(headers, standard.secure)
  if (!isPage(headers)) return
  addAll(headers, standard.pages)
  const policy = headers.has('content-security-policy') ? undefined : standard.policy(nonce)
  if (policy !== undefined) headers.set(policy[0], policy[1])
}

function addAll(headers: HeaderList, fields: Fields): void {
  for (const [name, value] of fields) if (!headers.has(name)) headers.append(name, value)
}

/** What browsers show as a document that may run scripts. */
function isPage(headers: HeaderList): boolean {
  const type = headers.get('content-type')
  return type !== undefined && /^(?:text\/html|application\/xhtml\+xml)\b/i.test(type)
}
