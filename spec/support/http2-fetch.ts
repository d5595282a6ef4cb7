import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2'
import { PassThrough, pipeline, Readable, type Duplex } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { constants as zlib, createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'

const FLUSHED = { flush: zlib.Z_SYNC_FLUSH, finishFlush: zlib.Z_SYNC_FLUSH }
const DECODERS: Readonly<Record<string, () => Duplex>> = {
  gzip: () => createGunzip(FLUSHED),
  deflate: () => createInflate(FLUSHED),
  br: () =>
    createBrotliDecompress({
      flush: zlib.BROTLI_OPERATION_FLUSH,
      finishFlush: zlib.BROTLI_OPERATION_FLUSH,
    }),
}
/** What `fetch` adds to a request, where the request says nothing. */
const USUAL = {
  accept: '*/*',
  'accept-language': '*',
  'accept-encoding': 'gzip, deflate',
  'user-agent': 'node',
}
const NO_BODY = new Set([204, 205, 304])
const OF_CONNECTIONS = ['connection', 'keep-alive', 'transfer-encoding', 'upgrade']

const sessions = new Map<string, ClientHttp2Session>()

/** Ends the connections of `fetchOverHttp2`: what still runs on them is aborted. */
export function closeHttp2(): void {
  for (const session of sessions.values()) session.destroy()
  sessions.clear()
}

/** What a request says that `fetch` would not. */
export interface Http2Init extends RequestInit {
  /** A path that is sent as it is, in place of that of the URL. */
  readonly target?: string
  /** Adds no fields, and takes no content coding off. Default false */
  readonly verbatim?: boolean
}

/**
 * `fetch` by prior knowledge of HTTP/2, on one connection per origin. Redirects are never followed.
 *
 * @param url where to, without TLS
 * @param init as of `fetch`, and more
 */
export async function fetchOverHttp2(url: string, init: Http2Init = {}): Promise<Response> {
  const { signal, verbatim = false } = init
  signal?.throwIfAborted()
  const { origin, host, pathname, search } = new URL(url)
  const streamed = init.body instanceof globalThis.ReadableStream
  const request = new Request(url, {
    ...init,
    signal: null,
    ...(streamed && { duplex: 'half' }),
  } as RequestInit)
  const whole = streamed || init.body == null ? undefined : Buffer.from(await request.arrayBuffer())
  const fields: Record<string, string> = { ...(!verbatim && USUAL), ...Object.fromEntries(request.headers) }
  for (const name of OF_CONNECTIONS) delete fields[name]
  if (whole !== undefined) fields['content-length'] = String(whole.length)
  else if (!streamed && /^(POST|PUT)$/.test(request.method)) fields['content-length'] = '0'
  const { host: authority = host, ...headers } = fields
  const stream = sessionTo(origin).request(
    {
      ':method': request.method,
      ':path': init.target ?? pathname + search,
      ':authority': authority,
      ...headers,
    },
    { endStream: whole === undefined && !streamed },
  )
  // of a request that is still being sent, Node's client keeps the reset to itself unless there was an error
  const giveUp = () =>
    streamed ? stream.destroy(new Error('given up')) : stream.close(constants.NGHTTP2_CANCEL)
  signal?.addEventListener('abort', giveUp, { once: true })
  if (whole !== undefined) stream.end(whole)
  // a server may answer and be done before it has read everything: the answer counts
  if (streamed) pipeline(Readable.fromWeb(request.body as ReadableStream), stream, () => undefined)
  try {
    const head = await headOf(stream)
    return answer(stream, head, request.method, !verbatim)
  } catch (error) {
    signal?.throwIfAborted()
    throw new TypeError('fetch failed', { cause: error })
  }
}

type Head = readonly (readonly [name: string, value: string])[]

function headOf(stream: ClientHttp2Stream): Promise<Head> {
  return new Promise((resolve, reject) => {
    stream.once('response', (_fields: unknown, _flags: number, raw: readonly string[]) => {
      resolve(raw.flatMap((name, at) => (at % 2 === 0 ? [[name, raw[at + 1]!] as const] : [])))
    })
    stream.on('error', reject)
    stream.once('close', () => reject(new Error(`closed without an answer, code ${stream.rstCode}`)))
  })
}

function answer(stream: ClientHttp2Stream, head: Head, method: string, decode: boolean): Response {
  const status = Number(head.find(([name]) => name === ':status')![1])
  const headers = new Headers(head.filter(([name]) => !name.startsWith(':')).map((field) => [...field]))
  if (method === 'HEAD' || NO_BODY.has(status)) {
    stream.resume()
    return new Response(null, { status, headers })
  }
  const decoder = decode ? DECODERS[headers.get('content-encoding') ?? ''] : undefined
  // apart from the stream itself, which fails where an answer came before the whole request had left
  const body = pipeline(stream, decoder?.() ?? new PassThrough(), () => undefined)
  return new Response(Readable.toWeb(body) as globalThis.ReadableStream, { status, headers })
}

function sessionTo(origin: string): ClientHttp2Session {
  const open = sessions.get(origin)
  if (open !== undefined && !open.closed && !open.destroyed) return open
  const session = connect(origin)
  // each request tells of it
  session.on('error', () => undefined)
  session.on('goaway', () => sessions.delete(origin))
  sessions.set(origin, session)
  return session
}
