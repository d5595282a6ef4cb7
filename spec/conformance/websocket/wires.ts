import { once } from 'node:events'
import { connect as connectH2, type ClientHttp2Session } from 'node:http2'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { authority } from '../../server/tls/identities.js'
import { Peer } from './peer.js'

/** The key of the example in RFC 6455 §1.3. */
export const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='

/** Fields of a request; undefined leaves one of the usual ones out. */
export type Fields = Readonly<Record<string, string | undefined>>

/** A server's answer to a handshake. */
export interface Answer {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly wire: Duplex
  readonly head: Buffer
}

/** How WebSockets are carried. */
export interface Wire {
  readonly name: string
  readonly tls: boolean
  readonly http2: boolean
  /** Says a handshake, of a WebSocket if not said otherwise. */
  shake(port: number, fields?: Fields, path?: string): Promise<Answer>
  /** Closes what connections share. */
  close(): void
}

/** Opens a WebSocket. */
export async function open(wire: Wire, port: number, fields: Fields = {}, path = '/'): Promise<Peer> {
  const answer = await wire.shake(port, fields, path)
  if (answer.status !== (wire.http2 ? 200 : 101))
    throw new Error(`the handshake was answered ${answer.status}`)
  return new Peer(answer.wire, answer.headers, answer.head)
}

/** All of them. */
export function createWires(): readonly Wire[] {
  return [overHttp1(false), overHttp1(true), overHttp2(false), overHttp2(true)]
}

/** HTTP/1.1 with Upgrade (RFC 6455 §4). */
export function overHttp1(tls: boolean): Wire {
  return {
    name: tls ? 'HTTP/1.1 over TLS' : 'HTTP/1.1',
    tls,
    http2: false,
    async shake(port, fields = {}, path = '/') {
      const socket = await dial(port, tls)
      const lines = {
        host: 'localhost',
        upgrade: 'websocket',
        connection: 'Upgrade',
        'sec-websocket-version': '13',
        'sec-websocket-key': KEY,
        ...fields,
      }
      const named = Object.entries(lines).filter(([, value]) => value !== undefined)
      const text = named.map(([name, value]) => `${name}: ${value}\r\n`).join('')
      const { method = 'GET', version = 'HTTP/1.1', ...rest } = methodOf(path)
      socket.write(`${method} ${rest.path} ${version}\r\n${text}\r\n`, 'latin1')
      return readAnswer(socket)
    },
    close: () => undefined,
  }
}

/** A path may be a whole request line, for those that are not as they have to be. */
function methodOf(path: string): { method?: string; path: string; version?: string } {
  const [method, target, version] = path.split(' ')
  return target === undefined ? { path } : { method: method!, path: target, version: version! }
}

async function dial(port: number, tls: boolean): Promise<Socket> {
  const socket = tls
    ? connectTls({
        port,
        host: '127.0.0.1',
        servername: 'localhost',
        ca: authority.cert,
        ALPNProtocols: ['http/1.1'],
      })
    : connect(port, '127.0.0.1')
  socket.setNoDelay(true)
  await once(socket, tls ? 'secureConnect' : 'connect')
  return socket
}

async function readAnswer(socket: Socket): Promise<Answer> {
  const received = await readHead(socket)
  const end = received.indexOf('\r\n\r\n')
  const [first, ...lines] = received.toString('latin1', 0, end).split('\r\n')
  const headers = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim())
  }
  return { status: Number(first!.split(' ')[1]), headers, wire: socket, head: received.subarray(end + 4) }
}

/** Reads up to the end of a head, and perhaps beyond; what comes after that stays in the socket. */
function readHead(socket: Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0)
    const leave = (): void => void socket.off('data', take).off('end', early).off('error', reject)
    // several chunks may come in one turn, with TLS: none may find nobody who listens
    const take = (chunk: Buffer): void => {
      received = Buffer.concat([received, chunk])
      if (!received.includes('\r\n\r\n')) return
      socket.pause()
      leave()
      resolve(received)
    }
    const early = (): void => {
      leave()
      reject(new Error(`the server has ended its answer early: ${received.toString('latin1')}`))
    }
    socket.on('data', take).once('end', early).once('error', reject)
  })
}

/** HTTP/2 with extended CONNECT (RFC 8441); the streams of all WebSockets share a connection. */
export function overHttp2(tls: boolean): Wire {
  let session: { readonly port: number; readonly ready: Promise<ClientHttp2Session> } | undefined
  const sessionTo = (port: number): Promise<ClientHttp2Session> => {
    if (session?.port !== port) session = { port, ready: startSession(port, tls) }
    return session.ready
  }
  return {
    name: tls ? 'HTTP/2 over TLS' : 'HTTP/2',
    tls,
    http2: true,
    async shake(port, fields = {}, path = '/') {
      const headers = {
        ':method': 'CONNECT',
        ':protocol': 'websocket',
        ':path': path,
        ':authority': 'localhost',
        ':scheme': tls ? 'https' : 'http',
        'sec-websocket-version': '13',
        ...fields,
      }
      const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined))
      const stream = (await sessionTo(port)).request(sent, { endStream: false })
      const [answer] = (await once(stream, 'response')) as [Record<string, unknown>]
      const fieldsOf = Object.entries(answer).map(([name, value]) => [name, String(value)] as const)
      return {
        status: Number(answer[':status']),
        headers: new Map(fieldsOf),
        wire: stream,
        head: Buffer.alloc(0),
      }
    },
    close: () => {
      // another server may get the same port
      const closing = session
      session = undefined
      void closing?.ready.then((one) => one.destroy())
    },
  }
}

async function startSession(port: number, tls: boolean): Promise<ClientHttp2Session> {
  const session = tls
    ? connectH2(`https://localhost:${port}`, {
        createConnection: () =>
          connectTls({
            port,
            host: '127.0.0.1',
            servername: 'localhost',
            ca: authority.cert,
            ALPNProtocols: ['h2'],
          }),
      })
    : connectH2(`http://127.0.0.1:${port}`)
  await once(session, 'remoteSettings')
  return session
}
