import type { HttpRequest } from '../http/index.js'
import type { ListQuery } from './query/parse-query.js'
import { writeCursor } from './query/cursor.js'
import type { Row } from './store.js'

/**
 * The `Link` header of a page: `first`, `prev`, `next` and `last`, as far as they are known.
 *
 * @param request whose query they repeat
 * @param query what it means
 * @param rows of the page
 * @param hasMore whether there are rows behind it
 * @param total of all pages, if it was counted
 * @see RFC 8288
 */
export function pageLinks(
  request: HttpRequest,
  query: ListQuery,
  rows: readonly Row[],
  hasMore: boolean,
  total: number | undefined,
): string {
  const mark = request.originalUrl.indexOf('?')
  const path = mark === -1 ? request.originalUrl : request.originalUrl.slice(0, mark)
  const search = new URLSearchParams(mark === -1 ? '' : request.originalUrl.slice(mark + 1))
  const links: string[] = []
  const link = (rel: string, parameter: string, value: string | number): void => {
    search.set(parameter, String(value))
    links.push(`<${path}?${search.toString()}>; rel="${rel}"`)
  }
  if (query.isByCursor) {
    link('first', 'cursor', '')
    const last = rows.at(-1)
    if (hasMore && last !== undefined) link('next', 'cursor', writeCursor(last, query.sort))
    return links.join(', ')
  }
  const { offset, limit } = query
  link('first', 'offset', 0)
  if (offset > 0) link('prev', 'offset', Math.max(0, offset - limit))
  if (hasMore) link('next', 'offset', offset + limit)
  if (total !== undefined) link('last', 'offset', total === 0 ? 0 : Math.floor((total - 1) / limit) * limit)
  return links.join(', ')
}
