import type { HttpRequest } from '../http/index.js'

/** Tells who calls: in logs, in reports of use. What it returns is shortened to 80 characters. */
export type ClientReader = (request: HttpRequest) => string | undefined

const LONGEST = 80

/**
 * Who calls: the header `X-Client-Id`, otherwise the product that `User-Agent` begins with. Neither is proven: name a
 * reader of your own where guards know better.
 *
 * @param request of the call
 */
export function defaultClient(request: HttpRequest): string | undefined {
  return request.get('x-client-id') ?? request.get('user-agent')?.split(' ', 1)[0]
}

/**
 * Makes what a reader tells fit for a key and a log.
 *
 * @param read tells who calls
 * @returns a reader that always has an answer and never throws
 */
export function clientNames(read: ClientReader): (request: HttpRequest) => string {
  return (request) => {
    try {
      const name = read(request)
      // what a log or a terminal would take for more than text
      const text = typeof name === 'string' ? name.replaceAll(/\p{C}/gu, '').trim().slice(0, LONGEST) : ''
      return text === '' ? 'unknown' : text
    } catch {
      return 'unknown'
    }
  }
}
