import { createServer, type Http2Server } from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'

/** A server whose handler does what the rules rely on, and notes the requests that it sees. */
export interface Subject {
  readonly port: number
  readonly tls: boolean
  /** It keeps connections behind GOAWAY until the client closes, and is not exact about error codes. */
  readonly lax: boolean
  /**
   * Begins a list, which grows by the method and path of each request handed to the handler from a client's port; ports
   * are used again, so that each connection begins its own.
   */
  watch(port: number): readonly string[]
  /** Errors that nobody has handled. */
  readonly errors: readonly unknown[]
  close(): Promise<void>
}

/**
 * What a path is answered with.
 *
 * `/hang`: nothing, and the body stays unread; `/bytes/n`: n bytes; `/echo`: the body; `/cookies`, `/authority`: what they
 * say; anything else: its method and path, behind the body
 */
export type Answer =
  { readonly kind: 'hang' } | { readonly kind: 'text'; readonly text: string } | { readonly kind: 'echo' }

/** Decides about an answer. */
export function answerTo(
  method: string,
  path: string,
  authority: string,
  header: (name: string) => string | undefined,
): Answer {
  if (path === '/hang') return { kind: 'hang' }
  if (path === '/echo') return { kind: 'echo' }
  if (path === '/cookies') return { kind: 'text', text: header('cookie') ?? '' }
  if (path === '/authority') return { kind: 'text', text: authority }
  if (path === '/x') return { kind: 'text', text: header('x') ?? '' }
  const bytes = /^\/bytes\/(\d+)$/.exec(path)?.[1]
  return { kind: 'text', text: bytes === undefined ? `${method} ${path}` : 'x'.repeat(Number(bytes)) }
}

/** Notes of requests, by the port of a client that somebody watches. */
export class SeenLog {
  private readonly log = new Map<number, string[]>()

  note(port: number, request: string): void {
    this.log.get(port)?.push(request)
  }

  readonly watch = (port: number): readonly string[] => {
    const list: string[] = []
    this.log.set(port, list)
    return list
  }
}

/** Node's own server: a second implementation, by which the rules are checked. */
export async function nodeSubject(): Promise<Subject> {
  const log = new SeenLog()
  const sockets = new Set<Socket>()
  const server: Http2Server = createServer({ settings: { maxConcurrentStreams: 100 } })
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.on('sessionError', () => undefined)
  server.on('stream', (stream, head) => {
    const [method, path] = [head[':method'] ?? '', head[':path'] ?? '']
    log.note(stream.session?.socket.remotePort ?? 0, `${method} ${path}`)
    stream.on('error', () => undefined)
    const header = (name: string) => head[name]?.toString()
    const answer = answerTo(method, path, head[':authority'] ?? header('host') ?? '', header)
    if (answer.kind === 'hang') return
    const parts: Buffer[] = []
    stream.on('data', (part: Buffer) => parts.push(part))
    stream.on('end', () => {
      if (stream.destroyed || stream.closed) return
      stream.respond({ ':status': 200, 'content-type': 'text/plain' })
      stream.end(answer.kind === 'echo' ? Buffer.concat(parts) : answer.text)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    tls: false,
    lax: true,
    watch: log.watch,
    errors: [],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
