import { Readable } from 'node:stream'
import { defineError, listOf } from '../common/index.js'
import {
  addVary,
  endWhole,
  isBodyless,
  type BodySize,
  type HeaderList,
  type ResponseSink,
  type Selection,
} from '../http/index.js'
import { EventStream } from './event-stream.js'
import type { EventHub } from './event-hub.js'
import { BadRequestException, HttpException, isObservableLike, lastValueOf } from '../pipeline/index.js'
import { isFetchResponse, sendFetchResponse } from './fetch-result.js'
import { filePartsOf, selectFileParts } from './file-parts.js'
import type { HttpContext } from './http-context.js'
import type { HttpRoute } from './http-route.js'
import type { ErrorWriter } from './problem.js'
import { BYTES_TYPE, eventHeaders, JSON_TYPE, TEXT_TYPE, type RouteHeaders } from './route-headers.js'
import { pumpReadable } from './pump-readable.js'
import { mapValues, pump, valuesOf } from './stream.js'
import { formatOfFirst, formatted } from './stream-format.js'
import { StreamableFile } from './streamable-file.js'

/** A redirect to nowhere. */
export const RedirectUrlMissing = defineError<Record<never, never>>(
  'CORBEL_REDIRECT_URL',
  'There is no address to redirect to: @Redirect() names none, and the handler has returned none. Return { url }.',
)

/** What results are sent with. */
export interface ResultParts {
  /** Says what a client may know of an error in a stream of events. */
  readonly errors: ErrorWriter
  /** Keeps the streams of events. */
  readonly hub: EventHub
}

/**
 * Sends what a handler returned. May return a promise (of streams); throws before anything is sent.
 *
 * @param context the call
 * @param route on which it ran
 * @param value the result, no longer a promise
 * @param parts what streams of events need
 */
export function sendResult(
  context: HttpContext,
  route: HttpRoute,
  value: unknown,
  parts: ResultParts,
): void | Promise<void> {
  const { sink } = context.exchange
  // answered by hand, or the client is gone
  if (sink.state !== 'idle' || route.answers) return sink.state === 'aborted' ? release(value) : undefined
  if (route.redirect !== undefined) return sendRedirect(context, route.redirect, value)
  if (route.events !== undefined) return sendEvents(context, route, value, parts)
  const { touchedResponse } = context
  if (touchedResponse === undefined && route.isPlain) return sendPlain(context, route, value, sink)
  if (touchedResponse === undefined && !route.headers.dynamic)
    return sendWith(context, route, route.status, route.headers.empty.clone(), value)
  const { response } = context
  if (
    route.form === undefined &&
    response.isWatched &&
    !(typeof value === 'object' && value !== null && isSpecial(value))
  ) {
    if (value === undefined || value === null || typeof value === 'string') response.send(value)
    // a middleware looks at it: a result that `write` would have changed is shown as it will be
    else response.json(route.convert === undefined ? value : route.convert(value))
    return undefined
  }
  return sendWith(context, route, response.statusCode, response.headers, value)
}

/** Those of clients that use TLS, where they are others. */
function preparedFor(context: HttpContext, { headers }: HttpRoute): RouteHeaders {
  return headers.secure !== undefined && context.isSecure ? headers.secure : headers
}

/** The usual case: nobody looked at the response, so its headers are those that were prepared at boot. */
function sendPlain(
  context: HttpContext,
  route: HttpRoute,
  value: unknown,
  sink: ResponseSink,
): void | Promise<void> {
  const { status } = route
  const headers = preparedFor(context, route)
  if (typeof value === 'object' && value !== null) {
    if (isSpecial(value)) return sendWith(context, route, status, headers.empty.clone(), value)
    return sendWhole(sink, status, headers, headers.json, route.writeBody(value))
  }
  if (typeof value === 'string') return sendWhole(sink, status, headers, headers.text, value)
  if (value === undefined || value === null) return endWhole(sink, status, headers.empty)
  return sendWith(context, route, status, headers.empty.clone(), value)
}

/** Statuses without a body have no type either. */
function sendWhole(
  sink: ResponseSink,
  status: number,
  { empty }: RouteHeaders,
  headers: HeaderList,
  body: string | Uint8Array,
): void {
  if (isBodyless(status)) endWhole(sink, status, empty)
  else endWhole(sink, status, headers, body)
}

function sendWith(
  context: HttpContext,
  route: HttpRoute,
  status: number,
  headers: HeaderList,
  value: unknown,
): void | Promise<void> {
  const sink = context.outlet
  const finish = (type: string | undefined, body: string | Uint8Array | undefined): void => {
    if (type !== undefined && !isBodyless(status)) typed(headers, type)
    context.complete(headers)
    if (route.finish === undefined) endWhole(sink, status, headers, body)
    else route.finish(context, sink, status, headers, body)
  }
  if (value === undefined || value === null) return finish(undefined, undefined)
  if (typeof value === 'object' && isSpecial(value)) {
    if (value instanceof Uint8Array) return finish(BYTES_TYPE, value)
    if (value instanceof StreamableFile) return sendFile(context, status, headers, value)
    if (isFetchResponse(value)) return sendFetchResponse(context, headers, value)
    if (isObservableLike(value)) {
      if (route.stream !== undefined) return sendIterable(context, route, status, headers, valuesOf(value))
      return lastValueOf(value).then((last) => sendWith(context, route, status, headers, last))
    }
    if (isAsyncIterable(value)) return sendIterable(context, route, status, headers, value)
  }
  // a handler that has named a type has chosen the form, too
  if (route.form !== undefined && !headers.has('content-type')) {
    const form = route.form(context)
    addVary(headers, 'Accept')
    return finish(form.type, form.write(value, context))
  }
  if (route.stream !== undefined && Array.isArray(value))
    return sendIterable(context, route, status, headers, eachOf(value))
  if (typeof value === 'string') return finish(TEXT_TYPE, value)
  return finish(JSON_TYPE, route.writeBody(value))
}

async function* eachOf(values: readonly unknown[]): AsyncGenerator {
  yield* values
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
  const { type = BYTES_TYPE, disposition, length } = file.options
  typed(headers, type)
  if (disposition !== undefined && !headers.has('content-disposition')) {
    for (const value of listOf(disposition)) headers.append('content-disposition', value)
  }
  const sink = context.outlet
  const selection = selectFileParts(context, status, headers, file)
  if (selection.status === 304) {
    release(file.source)
    return endWhole(sink, 304, context.complete(headers))
  }
  const { source } = file
  if (!(source instanceof Uint8Array)) {
    const body = length === undefined ? { ...selection, length: 'stream' as const } : selection
    return sendFileStream(context, body, headers, file, source)
  }
  if (selection.frame === undefined) {
    const { start, end } = selection.ranges?.[0] ?? { start: 0, end: source.length - 1 }
    return endWhole(sink, selection.status, context.complete(headers), source.subarray(start, end + 1))
  }
  sink.head(selection.status, context.complete(headers), selection.length)
  return pump(sink, filePartsOf(file, source, selection))
}

/** Lets go of a source of bytes that is not read to its end: a file would stay open. */
function release(value: unknown): void {
  const source = value instanceof StreamableFile ? value.source : value
  // without a listener, a file that cannot even be opened would end the process
  if (source instanceof Readable) source.on('error', ignore).destroy()
}

function ignore(): void {}

/** A stream that waits for its next chunk would not notice that nobody reads any more. */
function releaseWith(sink: ResponseSink, source: unknown): void {
  sink.onClose((state) => {
    if (state === 'aborted') release(source)
  })
}

async function sendFileStream(
  context: HttpContext,
  selection: Omit<Selection, 'length'> & { readonly length: BodySize },
  headers: HeaderList,
  file: StreamableFile,
  source: Readable | AsyncIterable<Uint8Array>,
): Promise<void> {
  const sink = context.outlet
  releaseWith(sink, source)
  // whether a file can be read shows with its first bytes: until then an error can be answered
  const begin = (): void => sink.head(selection.status, context.complete(headers), selection.length)
  try {
    if (source instanceof Readable && selection.ranges === undefined) {
      await pumpReadable(source, sink, begin)
      return
    }
    const chunks = selection.ranges === undefined ? source : filePartsOf(file, source, selection)
    const iterator = chunks[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
    const { done, value } = await iterator.next()
    begin()
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

/** In the form that is declared or negotiated; otherwise the first value decides. */
async function sendIterable(
  context: HttpContext,
  route: HttpRoute,
  status: number,
  headers: HeaderList,
  source: AsyncIterable<unknown>,
): Promise<void> {
  const sink = context.outlet
  const isOpen = !headers.has('content-type')
  const form = isOpen ? route.form?.(context) : undefined
  if (form !== undefined) addVary(headers, 'Accept')
  releaseWith(sink, source)
  const iterator = source[Symbol.asyncIterator]()
  // an error in the first step can still be answered properly: nothing is sent yet
  const { done, value } = await iterator.next()
  const declared = form?.stream ?? route.stream
  if (done === true && declared === undefined) return endWhole(sink, status, context.complete(headers))
  const before = done === true ? [] : [value]
  // bytes are no values: whoever sends them has written the body already
  const isBytes = value instanceof Uint8Array && form === undefined
  const format = declared === undefined || isBytes ? formatOfFirst(value, route.write) : declared
  sink.head(status, context.complete(typed(headers, format.type)), 'stream')
  if (context.exchange.method !== 'HEAD') return pump(sink, formatted(format, before, iterator))
  sink.end()
  await iterator.return?.()
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
  const url = chosen.url ?? declared.url
  // a browser would take the empty address for the one that it comes from, and come again
  if (url === '') throw new RedirectUrlMissing({})
  context.response.redirect(url, chosen.statusCode ?? declared.statusCode)
}

/** Sends the events of a source until it, the client or the application ends. */
function sendEvents(
  context: HttpContext,
  route: HttpRoute,
  value: unknown,
  { errors, hub }: ResultParts,
): void {
  const sink = context.outlet
  const { touchedResponse, exchange } = context
  const isPrepared = touchedResponse === undefined && !route.headers.dynamic
  const headers = isPrepared
    ? preparedFor(context, route).events
    : context.complete(eventHeaders(context.response.headers))
  const status = touchedResponse?.statusCode ?? route.status
  // 204 tells a browser not to connect again (HTML Living Standard §9.2.3)
  if (status === 204) {
    release(value)
    return endWhole(sink, status, context.complete(context.response.headers))
  }
  sink.head(status, headers, 'stream')
  if (exchange.method === 'HEAD') return sink.end()
  const settings = route.events!
  new EventStream(context, sink, { hub, settings, errors, write: route.write }).start(value)
}
