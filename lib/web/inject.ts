import { decodeUtf8, encodeUtf8, isPromise } from '../common/index.js'
import { MemoryExchange, StreamExchange, type ExchangeHandler, StreamedBody } from '../http/index.js'

type QueryItem = string | number | boolean

/** A request without sockets. */
export interface InjectRequest {
  /** GET by default. */
  readonly method?: string
  /** Path and query; an absolute one tells scheme and host, too. */
  readonly url: string
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Added to the query of `url`; each of a list by itself. */
  readonly query?: Readonly<Record<string, QueryItem | readonly QueryItem[] | undefined>>
  /** Text and bytes are sent as they are, anything else as JSON. */
  readonly payload?: unknown
  /** As `payload`. */
  readonly body?: unknown
}

/** What came back. */
export interface InjectResponse {
  readonly statusCode: number
  readonly status: number
  /** By name; several lines of one name are an array. */
  readonly headers: Readonly<Record<string, string | string[]>>
  /** The body as text. */
  readonly body: string
  /** As `body`. */
  readonly payload: string
  readonly rawPayload: Uint8Array
  /** The body, parsed. */
  json<T = unknown>(): T
}

/**
 * Sends a request through an application without a socket.
 *
 * @param handler the application
 * @param request what to send; a string is the path of a GET
 */
export async function inject(
  handler: ExchangeHandler,
  request: InjectRequest | string,
): Promise<InjectResponse> {
  const {
    method = 'GET',
    url,
    headers = {},
    query,
    payload,
    body = payload,
  } = typeof request === 'string' ? ({ url: request } as InjectRequest) : request
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((one) => [name, one] as const),
  )
  const bytes = toBytes(body)
  const has = (name: string): boolean => lines.some(([known]) => known.toLowerCase() === name)
  if (bytes !== undefined && !has('content-type') && !(body instanceof Uint8Array)) {
    lines.push(['content-type', typeof body === 'string' ? 'text/plain' : 'application/json'])
  }
  if (bytes !== undefined && !has('content-length')) lines.push(['content-length', String(bytes.length)])
  const origin = originOf(url)
  if (origin !== undefined && !has('host')) lines.push(['host', origin.host])
  const exchange = new MemoryExchange({
    method,
    target: targetOf(url, query),
    headers: lines,
    body: bytes,
    scheme: origin?.protocol === 'https:' ? 'https' : 'http',
  })
  await handler(exchange)
  const response = await exchange.response
  const text = (): string => decodeUtf8(response.body)
  const names = [...new Set([...response.headers].map(([name]) => name))]
  return {
    statusCode: response.status,
    status: response.status,
    headers: Object.fromEntries(
      names.map((name) => {
        const all = response.headers.getAll(name)
        return [name, all.length > 1 ? all : all[0]!]
      }),
    ),
    get body() {
      return text()
    },
    get payload() {
      return text()
    },
    rawPayload: response.body,
    json: <T>() => JSON.parse(text()) as T,
  }
}

/**
 * Answers a Fetch request: what serverless runtimes and tests call. The answer is there as soon as its head is; its body
 * is read while it is made.
 *
 * @param handler the application
 * @param request a standard request; its signal is the client going away
 */
export async function fetchWith(handler: ExchangeHandler, request: Request): Promise<Response> {
  const url = new URL(request.url)
  const exchange = new StreamExchange({
    method: request.method,
    target: url.pathname + url.search,
    headers: [...request.headers],
    scheme: url.protocol === 'https:' ? 'https' : 'http',
    authority: request.headers.get('host') ?? url.host,
    body: request.body === null ? undefined : new StreamedBody(request.body, lengthOf(request.headers)),
  })
  request.signal.throwIfAborted()
  request.signal.addEventListener('abort', () => exchange.disconnect(), { once: true })
  const handling = handler(exchange)
  if (isPromise<void>(handling)) handling.catch((error: Error) => exchange.abort(error))
  const { status, headers, body } = await exchange.answer
  const hasNoBody = status === 204 || status === 205 || status === 304
  return new Response(hasNoBody ? null : (body ?? null), { status, headers: [...headers] })
}

function lengthOf(headers: Headers): number | undefined {
  const value = headers.get('content-length')
  return value === null ? undefined : Number(value)
}

function toBytes(body: unknown): Uint8Array | undefined {
  if (body === undefined || body === null) return undefined
  if (body instanceof Uint8Array) return body
  return encodeUtf8(typeof body === 'string' ? body : JSON.stringify(body))
}

function relative(url: string): string {
  const { pathname, search } = new URL(url, 'http://localhost')
  return pathname + search
}

function originOf(url: string): URL | undefined {
  return /^https?:\/\//i.test(url) ? new URL(url) : undefined
}

function targetOf(url: string, query: InjectRequest['query'] = {}): string {
  // a path stays as it is written: it may be wrong on purpose
  const target = url.startsWith('/') ? url : relative(url)
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): [string, string] => [name, String(one)]),
  )
  if (pairs.length === 0) return target
  return `${target}${target.includes('?') ? '&' : '?'}${new URLSearchParams(pairs).toString()}`
}
