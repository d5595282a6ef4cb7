import { SecurityTxtInvalid } from '../errors.js'

/** What security.txt says (RFC 9116 §2.5). */
export interface SecurityTxtOptions {
  /** Whom to tell of a vulnerability, the best first: addresses `mailto:security@example.com`, pages `https://…`, `tel:…`. */
  readonly contact: string | readonly string[]
  /** Until when it is right; less than a year is recommended. */
  readonly expires: Date | string
  /** Where the key is by which messages can be encrypted. */
  readonly encryption?: string | readonly string[]
  readonly acknowledgments?: string | readonly string[]
  /** Languages in which one can write: `['en', 'de']`. */
  readonly preferredLanguages?: readonly string[]
  /** Where this file is: `https://example.com/.well-known/security.txt`. */
  readonly canonical?: string | readonly string[]
  /** How vulnerabilities are dealt with. */
  readonly policy?: string | readonly string[]
  readonly hiring?: string | readonly string[]
}

/** The file, and until when it is right. */
export interface SecurityTxt {
  readonly text: string
  readonly expires: Date
}

/**
 * Writes the file.
 *
 * @param options what it says
 * @throws {CorbelError} CORBEL_SECURITY_TXT
 * @see RFC 9116 §2.5
 */
export function writeSecurityTxt(options: SecurityTxtOptions): SecurityTxt {
  const expires = new Date(options.expires)
  if (Number.isNaN(expires.getTime()))
    throw new SecurityTxtInvalid({
      field: 'Expires',
      problem: 'it is no date. Write it as 2027-01-31T00:00:00Z.',
    })
  const contacts = links('Contact', options.contact)
  if (contacts.length === 0) throw new SecurityTxtInvalid({ field: 'Contact', problem: 'there is none.' })
  const { preferredLanguages: languages = [] } = options
  const wrong = languages.find((one) => !/^[A-Za-z]{2,8}(?:-[A-Za-z\d]{1,8})*$/.test(one))
  if (wrong !== undefined)
    throw new SecurityTxtInvalid({ field: 'Preferred-Languages', problem: `"${wrong}" is no language tag.` })
  const lines = [
    ...contacts,
    `Expires: ${expires.toISOString().replace(/\.\d+Z$/, 'Z')}`,
    ...links('Encryption', options.encryption),
    ...links('Acknowledgments', options.acknowledgments),
    ...(languages.length === 0 ? [] : [`Preferred-Languages: ${languages.join(', ')}`]),
    ...links('Canonical', options.canonical),
    ...links('Policy', options.policy),
    ...links('Hiring', options.hiring),
  ]
  return { text: `${lines.join('\n')}\n`, expires }
}

/** Pages have to be safe ones (§2.5.3): who reads this looks for whom to trust. */
function links(field: string, value: string | readonly string[] = []): string[] {
  return [value].flat().map((uri) => {
    if (!/^[a-z][a-z\d+.-]*:[\x21-\x7e]+$/i.test(uri))
      throw new SecurityTxtInvalid({
        field,
        problem: `"${uri}" is no URI. Write mailto:, https:// or tel: in front.`,
      })
    if (/^http:/i.test(uri)) throw new SecurityTxtInvalid({ field, problem: `"${uri}" has to be https.` })
    return `${field}: ${uri}`
  })
}
