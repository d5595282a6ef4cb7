import type { HttpRequest } from '../http/index.js'
import { HttpContext, type ParamBinding } from '../web/index.js'
import type { MessageBinding } from './params.js'
import type { WsContext } from './ws-context.js'

/** What adapters know of how a client has connected. */
interface Connected {
  readonly request?: HttpRequest
  readonly handshake?: {
    readonly headers?: Readonly<Record<string, unknown>>
    readonly query?: Readonly<Record<string, unknown>>
    readonly params?: Readonly<Record<string, string>>
    readonly address?: string
    readonly context?: unknown
  }
}

/** What a request has that made a connection, too; `custom` are those of `createParamDecorator`, for every transport. */
const OF_HANDSHAKE = new Set([
  'custom',
  'param',
  'query',
  'header',
  'cookie',
  'session',
  'ip',
  'host',
  'request',
])

/** Whether a decorator of routes has something to give where a client has connected long ago. */
export function isOfHandshake({ type }: ParamBinding): boolean {
  return OF_HANDSHAKE.has(type)
}

/**
 * Reads a parameter of the request by which the client has connected, whatever the adapter.
 *
 * @param binding of a decorator of routes
 */
export function fromHandshake(binding: ParamBinding): MessageBinding {
  return { ...binding, schema: binding.schema, extract: readerOf(binding) }
}

function readerOf({ type, data, extract }: ParamBinding): (context: WsContext) => unknown {
  const member = (found: Readonly<Record<string, unknown>> | undefined, name = data): unknown =>
    name === undefined ? found : found !== undefined && Object.hasOwn(found, name) ? found[name] : undefined
  switch (type) {
    case 'custom':
      return (context) => extract(context as never)
    case 'param':
      return (context) => member(handshakeOf(context)?.params)
    case 'query':
      return (context) => member(handshakeOf(context)?.query)
    case 'header':
      return (context) => member(handshakeOf(context)?.headers, data?.toLowerCase())
    case 'ip':
      return (context) => handshakeOf(context)?.address
    default:
      return (context) => extract(requestContext(context.getClient<Connected>()))
  }
}

function handshakeOf(context: WsContext): Connected['handshake'] {
  return context.getClient<Connected>().handshake
}

/** The rest of what decorators read is on the request. */
function requestContext({ handshake, request }: Connected): HttpContext {
  const context = handshake?.context
  return context instanceof HttpContext
    ? context
    : ({ request: request ?? {}, hosts: request?.hosts ?? {} } as HttpContext)
}
