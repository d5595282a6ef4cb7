/** A part of a form to send. */
export interface SentPart {
  readonly name: string
  readonly value: string | Uint8Array
  /** Undefined for a text field. */
  readonly filename?: string
  readonly type?: string
}

export const BOUNDARY = '----corbel7f3a'

/**
 * A multipart body, byte by byte as given.
 *
 * @param parts in order
 * @param end false leaves the closing delimiter out
 */
export function multipart(parts: readonly SentPart[], end = true): Buffer {
  const pieces = parts.flatMap(({ name, value, filename, type }) => [
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"`,
    filename === undefined ? '' : `; filename="${filename}"`,
    type === undefined ? '' : `\r\nContent-Type: ${type}`,
    '\r\n\r\n',
    value,
    '\r\n',
  ])
  if (end) pieces.push(`--${BOUNDARY}--\r\n`)
  return Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)))
}

/** A request that sends it. */
export function sending(
  body: string | Uint8Array,
  type = `multipart/form-data; boundary=${BOUNDARY}`,
): RequestInit {
  return { method: 'POST', headers: { 'content-type': type }, body: body as string }
}

/** A request that sends a form. */
export function form(...parts: readonly SentPart[]): RequestInit {
  return sending(multipart(parts))
}

/** A request whose body is sent piece by piece, and that may be given up. */
export interface Piecemeal {
  /** For `fetch`. */
  readonly init: RequestInit
  send(bytes: Uint8Array): void
  end(): void
  giveUp(): void
}

/** Begins a multipart request that is still being written. */
export function piecemeal(): Piecemeal {
  const client = new AbortController()
  let stream!: ReadableStreamDefaultController<Uint8Array>
  const body = new ReadableStream<Uint8Array>({ start: (controller) => void (stream = controller) })
  const headers = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` }
  return {
    init: { method: 'POST', headers, body, signal: client.signal, duplex: 'half' } as RequestInit,
    send: (bytes) => stream.enqueue(Uint8Array.from(bytes)),
    end: () => stream.close(),
    giveUp: () => client.abort(),
  }
}
