import { negotiate } from '../http/index.js'
import type { HttpContext } from '../web/index.js'

/**
 * Tells whether a browser goes to a page, rather than that a script or a page asks for something that is not there.
 *
 * @param context of the request
 * @param path below the root
 * @see Fetch Metadata Request Headers §2.2 for browsers that say it; others by what they accept
 */
export function isNavigation({ exchange, method }: HttpContext, path: string): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false
  // a name with an extension is that of a file that is missing
  if (path.slice(path.lastIndexOf('/') + 1).includes('.')) return false
  const { headers } = exchange
  const mode = headers.get('sec-fetch-mode')
  if (mode !== undefined && mode !== 'navigate') return false
  const accepted = headers.get('accept')
  return accepted?.includes('text/html') === true && negotiate('accept', accepted, ['text/html']).length > 0
}
