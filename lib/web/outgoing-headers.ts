import { NodeResponse, type HeaderValue } from '../http/index.js'

let known: symbol | undefined

/**
 * Makes `setHeader` and its kin of `node:http`'s own class work on Corbel's responses. Some middleware calls those rather
 * than the response's (the `cookies` package does, and cookie-session with it). They keep headers under a symbol: there
 * they find those of the response.
 *
 * @returns the symbol; undefined where this version of Node has none
 */
export function shareOutgoingHeaders(): symbol | undefined {
  if (known !== undefined) return known
  // not imported: an application without middleware shall not load it
  const { OutgoingMessage } = process.getBuiltinModule('node:http')
  known = Object.getOwnPropertySymbols(new OutgoingMessage()).find(
    ({ description }) => description === 'kOutHeaders',
  )
  if (known !== undefined)
    Object.defineProperty(NodeResponse.prototype, known, {
      configurable: true,
      get(this: NodeResponse) {
        return entriesOf(this)
      },
    })
  return known
}

/** The headers of a response as Node keeps them: `[name, value]` by lower-case name. */
function entriesOf(response: NodeResponse): object {
  return new Proxy(
    {},
    {
      get: (_, name) => {
        const value = typeof name === 'string' ? response.getHeader(name) : undefined
        return value === undefined ? undefined : [name, value]
      },
      set: (_, _name, [name, value]: [string, HeaderValue]) => {
        response.setHeader(name, value)
        return true
      },
      deleteProperty: (_, name) => {
        response.removeHeader(String(name))
        return true
      },
    },
  )
}
