import { Emitter, HttpRequest, NodeResponse, RequestStream } from '../http/index.js'
import type { HttpResponse } from '../http/index.js'
import type { MiddlewareFunction } from './middleware.js'
import type { NextFunction } from './middleware-run.js'
import { shareOutgoingHeaders } from './outgoing-headers.js'

type Descriptors = Readonly<Record<string, PropertyDescriptor>>

/** What an application puts behind its own prototypes, and still needs of the connection. */
const OF_REQUEST = [
  'headers',
  'rawHeaders',
  'httpVersion',
  'httpVersionMajor',
  'httpVersionMinor',
  'socket',
  'connection',
  'signal',
]

const requestMembers = membersOf(Emitter.prototype, RequestStream.prototype)
const responseMembers = membersOf(Emitter.prototype, NodeResponse.prototype)
for (const name of OF_REQUEST)
  requestMembers[name] = Object.getOwnPropertyDescriptor(HttpRequest.prototype, name)!

/**
 * Makes middleware run that expects more of a request than to be called with it. Whole applications (Express's) give
 * request and response prototypes of their own, made for `node:http`: they get objects that keep what belongs to the
 * connection, and have everything else from their own prototypes. Cookie middleware does nothing where there are cookies
 * already, and so would not check signatures: for it there are none.
 *
 * @param middleware as given to `app.use` or `apply`
 * @returns itself, where nothing has to be done: nearly always
 */
export function connectMiddleware(middleware: MiddlewareFunction): MiddlewareFunction {
  const headers = shareOutgoingHeaders()
  if (isApplication(middleware)) {
    if (headers !== undefined)
      responseMembers[headers] ??= Object.getOwnPropertyDescriptor(NodeResponse.prototype, headers)!
    return (request, response, next) => mount(middleware, request, response, next)
  }
  if (!parsesCookies(middleware)) return middleware
  return (request, response, next) => {
    hide(request, 'cookies')
    return middleware(request, response, next)
  }
}

function mount(
  application: MiddlewareFunction,
  request: HttpRequest,
  response: HttpResponse,
  next: NextFunction,
): unknown {
  const prototypes = [Object.getPrototypeOf(request), Object.getPrototypeOf(response)] as [object, object]
  Object.defineProperties(request, requestMembers)
  Object.defineProperties(response, responseMembers)
  // those whose prototype does not compute the query parse it themselves, but only where there is none
  const { request: theirs } = application as unknown as { readonly request: object }
  if (!('query' in theirs)) hide(request, 'query')
  return application(request, response, (error) => {
    // what the application has not answered goes on as before
    Object.setPrototypeOf(request, prototypes[0])
    Object.setPrototypeOf(response, prototypes[1])
    Reflect.deleteProperty(request, 'query')
    next(error)
  })
}

/** By what it writes: names of properties outlive bundling, those of functions do not. */
function parsesCookies(middleware: MiddlewareFunction): boolean {
  return /\bsignedCookies['"]?\]?\s*=[^=]/.test(Function.prototype.toString.call(middleware))
}

function hide(request: HttpRequest, name: string): void {
  Object.defineProperty(request, name, {
    value: undefined,
    writable: true,
    configurable: true,
    enumerable: true,
  })
}

/** By what such applications have and plain middleware does not: a router, settings, and a prototype for requests. */
function isApplication(middleware: MiddlewareFunction): boolean {
  const { handle, set, request } = middleware as unknown as Record<string, unknown>
  return typeof handle === 'function' && typeof set === 'function' && typeof request === 'object'
}

/** Copies of what the prototypes define; not enumerable, so that nobody sees them who lists properties. */
function membersOf(...prototypes: readonly object[]): Record<PropertyKey, PropertyDescriptor> {
  const members: Record<PropertyKey, PropertyDescriptor> = {}
  for (const prototype of prototypes) {
    const own: Descriptors = Object.getOwnPropertyDescriptors(prototype)
    for (const key of Reflect.ownKeys(prototype) as string[]) {
      if (key === 'constructor') continue
      members[key] = { ...own[key]!, enumerable: false, configurable: true }
    }
  }
  return members
}
