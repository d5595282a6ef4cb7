import { negotiate } from '../http/index.js'
import type { ProblemForm } from '../web/index.js'
import { plainOf } from './plain.js'
import { DECLARATION, xmlWriter } from './xml.js'

const TYPES = [
  'application/problem+json',
  'application/json',
  'application/problem+xml',
  'application/xml',
  'text/xml',
]

/**
 * Problem details as XML, for clients that like it better than JSON. Browsers, which name XML behind HTML, get JSON.
 *
 * @see RFC 9457 appendix B
 */
export function problemXml(): ProblemForm {
  const write = xmlWriter('i')
  return {
    type: 'application/problem+xml',
    suits: (accept) =>
      accept.includes('xml') &&
      !accept.includes('text/html') &&
      negotiate('accept', accept, TYPES)[0]?.endsWith('xml') === true,
    write: (body) => DECLARATION + write()('problem', plainOf(body), { xmlns: 'urn:ietf:rfc:7807' }),
  }
}
