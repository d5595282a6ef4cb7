/**
 * Checks where somebody wants to be sent after he has logged in: only to this application.
 *
 * @param text what a client asks for
 * @returns the path, normalised, with query and fragment; undefined if it leads elsewhere or is no path
 */
export function localPath(text: unknown): string | undefined {
  // browsers take \ for / and drop tabs and line ends, so that /\t/evil.example would leave this host
  if (typeof text !== 'string' || text.length > 2048 || !/^\/(?![/\\])[\x21-\x5B\x5D-\x7E]*$/.test(text))
    return undefined
  const base = 'http://corbel.invalid'
  const url = URL.canParse(text, base) ? new URL(text, base) : undefined
  if (url?.origin !== base || url.pathname.startsWith('//')) return undefined
  return url.pathname + url.search + url.hash
}
