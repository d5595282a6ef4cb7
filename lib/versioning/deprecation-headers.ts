import type { DeclaredHeader } from '../web/index.js'
import type { DeprecationInfo } from './deprecation.js'

/**
 * The headers of answers of a deprecated route.
 *
 * @param deprecation of the route
 * @see RFC 9745 §2 (`Deprecation`, a date in the form of RFC 9651 §3.3.7), RFC 8594 §3 (`Sunset`, an HTTP date), and for
 *   the relations of `Link` RFC 9745 §3, RFC 8594 §6 and RFC 5829 §3.4
 */
export function deprecationHeaders(deprecation: DeprecationInfo): readonly DeclaredHeader[] {
  const { since, sunset, successor, link = {} } = deprecation
  const links: readonly [target: string | undefined, relation: string][] = [
    [link.deprecation, 'deprecation'],
    [link.sunset, 'sunset'],
    [successor, 'successor-version'],
  ]
  const written = links.flatMap(([target, relation]) =>
    target === undefined ? [] : `<${target}>; rel="${relation}"`,
  )
  return [
    { name: 'Deprecation', value: `@${Math.floor(Date.parse(since) / 1000)}` },
    ...(sunset === undefined ? [] : [{ name: 'Sunset', value: new Date(sunset).toUTCString() }]),
    ...(written.length === 0 ? [] : [{ name: 'Link', value: written.join(', ') }]),
  ]
}
