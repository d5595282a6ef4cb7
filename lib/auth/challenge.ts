/**
 * The value of a `WWW-Authenticate` header.
 *
 * @param scheme the authentication scheme
 * @param parameters those that are undefined are left out
 * @see RFC 9110 §11.6.1; RFC 6750 §3 for `error` and `error_description`, whose characters it limits
 */
export function challenge(scheme: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const list = Object.entries(parameters)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map(([name, value]) => `${name}="${value.replaceAll(/[^\x20\x21\x23-\x5B\x5D-\x7E]/g, "'")}"`)
  return list.length === 0 ? scheme : `${scheme} ${list.join(', ')}`
}
