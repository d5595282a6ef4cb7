import type { Readable } from 'node:stream'
import { isPromise, listOf } from '../common/index.js'
import { endWhole, type HeaderList, utf8Length, type ResponseSink } from '../http/index.js'
import { BadRequestException, HttpException, isObservableLike, lastValueOf } from '../pipeline/index.js'
import type { HttpContext } from './http-context.js'
import type { HttpRoute } from './http-route.js'
import type { ErrorWriter } from './problem.js'
import { BYTES_TYPE, JSON_TYPE, TEXT_TYPE } from './route-headers.js'
import { endingWith, formatEvent, mapValues, pump, valuesOf } from './stream.js'
import { StreamableFile } from './streamable-file.js'

/**
 * Sends what a handler returned. May return a promise (of streams); throws before anything is sent.
 *
 * @param context the call
 * @param route on which it ran
 * @param value the result, no longer a promise
 * @param errors says what a client may know of an error in a stream of events
 */
export function sendResult(
  context: HttpContext,
  route: HttpRoute,
  value: unknown,
  errors: ErrorWriter,
): void | Promise<void> {
  const { sink } = context.exchange
  // answered by hand, or the client is gone
  if (sink.state !== 'idle' || route.answers) return undefined
  if (route.redirect !== undefined) return sendRedirect(context, route.redirect, value)
  if (route.endpoint.events) return sendEvents(context, value, errors)
  const { touchedResponse } = context
  if (touchedResponse === undefined && !route.headers.dynamic) return sendPlain(context, route, value, sink)
  const { statusCode, headers } = context.response
  return sendWith(context, statusCode, headers, value)
}

/** The usual case: nobody looked at the response, so its headers are those that were prepared at boot. */
function sendPlain(
  context: HttpContext,
  route: HttpRoute,
  value: unknown,
  sink: ResponseSink,
): void | Promise<void> {
  const { status, headers } = route
  if (typeof value === 'object' && value !== null) {
    if (isSpecial(value)) return sendWith(context, status, headers.empty.clone(), value)
    return sendText(sink, status, headers.json, JSON.stringify(value) ?? '')
  }
  if (typeof value === 'string') return sendText(sink, status, headers.text, value)
  if (value === undefined || value === null) return endWhole(sink, status, headers.empty)
  return sendWith(context, status, headers.empty.clone(), value)
}

function sendText(sink: ResponseSink, status: number, headers: HeaderList, text: string): void {
  if (status === 204 || status === 304) return endWhole(sink, status, headers)
  sink.head(status, headers, utf8Length(text))
  sink.end(text)
}

function sendWith(
  context: HttpContext,
  status: number,
  headers: HeaderList,
  value: unknown,
): void | Promise<void> {
  const sink = context.outlet
  if (value === undefined || value === null) return endWhole(sink, status, headers)
  if (typeof value === 'string') return endWhole(sink, status, typed(headers, TEXT_TYPE), value)
  if (typeof value === 'object' && isSpecial(value)) {
    if (value instanceof Uint8Array) return endWhole(sink, status, typed(headers, BYTES_TYPE), value)
    if (value instanceof StreamableFile) return sendFile(context, status, headers, value)
    if (isFetchResponse(value)) return sendWebResponse(sink, headers, value)
    if (isObservableLike(value))
      return lastValueOf(value).then((last) => sendWith(context, status, headers, last))
    if (isAsyncIterable(value)) return sendIterable(sink, status, headers, value)
  }
  return endWhole(sink, status, typed(headers, JSON_TYPE), JSON.stringify(value) ?? '')
}

/** True for results that are not sent as JSON. Plain objects and arrays are told without looking further. */
function isSpecial(value: object): boolean {
  const { constructor } = value
  if (constructor === Object || constructor === Array)
    return isAsyncIterable(value) || isObservableLike(value)
  return (
    value instanceof Uint8Array ||
    value instanceof StreamableFile ||
    isFetchResponse(value) ||
    isObservableLike(value) ||
    isAsyncIterable(value)
  )
}

/** By its tag: naming the global `Response` would make Node load its whole Fetch implementation. */
function isFetchResponse(value: object): value is globalThis.Response {
  return (value as { readonly [Symbol.toStringTag]?: string })[Symbol.toStringTag] === 'Response'
}

function isAsyncIterable(value: object): value is AsyncIterable<unknown> {
  return typeof (value as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] === 'function'
}

function typed(headers: HeaderList, type: string): HeaderList {
  return headers.has('content-type') ? headers : headers.set('content-type', type)
}

function sendFile(
  context: HttpContext,
  status: number,
  headers: HeaderList,
  file: StreamableFile,
): void | Promise<void> {
  const { type = BYTES_TYPE, disposition } = file.options
  typed(headers, type)
  if (disposition !== undefined && !headers.has('content-disposition')) {
    for (const value of listOf(disposition)) headers.append('content-disposition', value)
  }
  const sink = context.outlet
  if (file.source instanceof Uint8Array) return endWhole(sink, status, headers, file.source)
  return sendFileStream(context, status, headers, file, file.source)
}

async function sendFileStream(
  context: HttpContext,
  status: number,
  headers: HeaderList,
  file: StreamableFile,
  source: Readable | AsyncIterable<Uint8Array>,
): Promise<void> {
  const sink = context.outlet
  // a stream that waits for its next chunk would not notice that nobody reads any more
  sink.onClose((state) => {
    if (state === 'aborted' && 'destroy' in source) source.destroy()
  })
  const iterator = source[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  try {
    // whether a file can be read shows with its first bytes: until then an error can be answered
    const { done, value } = await iterator.next()
    sink.head(status, headers, file.options.length ?? 'stream')
    await pump(
      sink,
      mapValues(iterator, (chunk) => chunk, done === true ? [] : [value]),
    )
  } catch (error) {
    if (sink.state === 'aborted') return
    if (sink.state !== 'idle' || error instanceof HttpException) throw error
    if (file.errorHandler === undefined)
      throw new BadRequestException('The file cannot be read.', { cause: error })
    file.errorHandler(error as Error, context.response)
  }
}

async function sendWebResponse(
  sink: ResponseSink,
  headers: HeaderList,
  response: globalThis.Response,
): Promise<void> {
  for (const [name, value] of response.headers) {
    if (name === 'set-cookie') headers.append(name, value)
    else headers.set(name, value)
  }
  if (response.body === null) return endWhole(sink, response.status, headers)
  const length = Number(response.headers.get('content-length') ?? NaN)
  sink.head(response.status, headers, Number.isNaN(length) ? 'stream' : length)
  await pump(sink, response.body)
}

/** Bytes and text go out as they are; other values become a line of JSON each. The first value decides the type. */
async function sendIterable(
  sink: ResponseSink,
  status: number,
  headers: HeaderList,
  source: AsyncIterable<unknown>,
): Promise<void> {
  const iterator = source[Symbol.asyncIterator]()
  // an error in the first step can still be answered properly: nothing is sent yet
  const { done, value } = await iterator.next()
  if (done === true) return endWhole(sink, status, headers)
  const type =
    value instanceof Uint8Array ? BYTES_TYPE : typeof value === 'string' ? TEXT_TYPE : 'application/x-ndjson'
  sink.head(status, typed(headers, type), 'stream')
  await pump(sink, mapValues(iterator, toChunk, [toChunk(value)]))
}

function toChunk(value: unknown): Uint8Array | string {
  if (value instanceof Uint8Array || typeof value === 'string') return value
  return `${JSON.stringify(value)}\n`
}

function sendRedirect(
  context: HttpContext,
  declared: { url: string; statusCode: number },
  value: unknown,
): void {
  const chosen = (typeof value === 'object' && value !== null ? value : {}) as {
    url?: string
    statusCode?: number
  }
  context.response.redirect(chosen.url ?? declared.url, chosen.statusCode ?? declared.statusCode)
}

async function sendEvents(context: HttpContext, value: unknown, errors: ErrorWriter): Promise<void> {
  const source = isPromise(value) ? await value : value
  const sink = context.outlet
  const headers = context.response.headers.clone()
  headers.set('content-type', 'text/event-stream').set('cache-control', 'no-cache, no-transform')
  // proxies that buffer would hold events back
  headers.set('x-accel-buffering', 'no')
  sink.head(200, headers, 'stream')
  // the comment sends the head at once, so that the client knows that it is connected
  const events = mapValues(iterableOf(source), formatEvent, [':\n\n'])
  // a client that only sees the end would connect again; it has to learn why
  const failed = (error: unknown): string =>
    formatEvent({ type: 'error', data: errors.message(context, error) })
  await pump(sink, endingWith(events, failed))
}

function iterableOf(source: unknown): AsyncIterable<unknown> {
  if (isObservableLike(source)) return valuesOf(source)
  if (typeof source === 'object' && source !== null && isAsyncIterable(source)) return source
  return (async function* () {
    yield source
  })()
}
