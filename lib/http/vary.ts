import type { HeaderList } from './header-list.js'

/**
 * Adds a name to `Vary`, unless it is there.
 *
 * @param headers to change
 * @param name of a request header
 * @see RFC 9110 §12.5.5
 */
export function addVary(headers: HeaderList, name: string): void {
  const known = headers.get('vary')
  if (known === undefined) {
    headers.set('vary', name)
    return
  }
  if (known === '*' || known.split(',').some((one) => one.trim().toLowerCase() === name.toLowerCase())) return
  headers.set('vary', `${known}, ${name}`)
}
