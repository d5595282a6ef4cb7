import type { ExchangeHandler } from '../../../lib/http/index.js'
import {
  createH1Server,
  type H1Options,
  type ListenOptions,
  type TlsOptions,
} from '../../../lib/server/index.js'
import { localhost } from '../../server/tls/identities.js'
import { RawClient } from '../../support/raw-http.js'
import { LENDING_READER, LentClient, MemoryClient } from './memory.js'
import { Recorder } from './recorder.js'
import type { SeenRequest } from './rule.js'

/** What became of some bytes. */
export interface Conversation {
  readonly requests: readonly SeenRequest[]
  /** Everything that the server has said, as latin1. */
  readonly received: string
  /** The same, as it was before the client ended its side; undefined where that cannot be told apart. */
  readonly before: string | undefined
  /** Whether the server closed first; undefined where that cannot be told. */
  readonly closed: boolean | undefined
}

/** `npm run conformance` cuts everywhere over every transport, which takes minutes; otherwise sockets get a few cuts. */
export const EVERYWHERE = process.env['CORBEL_CUTS'] === 'every'

const upTo = (most: number): number => (EVERYWHERE ? Number.MAX_SAFE_INTEGER : most)

/** A server that records what it gets, over one way of reading. */
export interface Subject {
  /** Sends pieces on a connection of their own, ends it, and waits for the server to do the same. */
  converse(...pieces: string[]): Promise<Conversation>
  /** Errors that nobody has handled. */
  readonly errors: readonly unknown[]
  close(): Promise<void>
}

/** A way for bytes to get to the engine. */
export interface Transport {
  readonly name: string
  /** In how many places an input is cut at most: what a connection costs decides. */
  readonly cuts: number
  /** @param handler instead of the one that records and echoes */
  start(options?: H1Options, handler?: ExchangeHandler): Promise<Subject>
}

/** As many turns of the event loop as anything in memory may take that does not wait for the client. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve))
}

function memory(name: string, lent: boolean): Transport {
  return {
    name,
    cuts: upTo(250),
    start(options = {}, handler) {
      const recorder = new Recorder()
      const errors: unknown[] = []
      const server = createH1Server({ onError: (error) => errors.push(error), ...options, accelerate: false })
      if (lent) Reflect.set(server, 'reader', LENDING_READER)
      server.handle(handler ?? recorder.handler)
      let connections = 0
      const converse = async (...pieces: string[]): Promise<Conversation> => {
        const id = ++connections
        const client = lent ? new LentClient(id) : new MemoryClient(id)
        const gone = new Promise<void>((resolve) => client.once('close', resolve))
        server.accept(client)
        client.feed(...pieces)
        await settle()
        const before = client.received
        const closed = client.answered
        client.hangUp()
        await gone
        return { requests: recorder.take(id), received: client.received, before, closed }
      }
      return Promise.resolve({ converse, errors, close: () => server.close() })
    },
  }
}

/** What tells one network from another. */
interface Network {
  readonly accelerate: boolean
  readonly cuts: number
  readonly tls?: TlsOptions
  readonly listen?: ListenOptions
  readonly connect?: (port: number) => Promise<RawClient>
}

function network(
  name: string,
  { accelerate, cuts, tls, listen, connect = RawClient.open }: Network,
): Transport {
  return {
    name,
    cuts: upTo(cuts),
    async start(options = {}, handler) {
      const recorder = new Recorder()
      const errors: unknown[] = []
      const server = createH1Server({
        onError: (error) => errors.push(error),
        ...options,
        accelerate,
        ...(tls && { tls }),
      })
      server.handle(handler ?? recorder.handler)
      const [address] = await server.listen({ host: '127.0.0.1', ...listen })
      const converse = async (...pieces: string[]): Promise<Conversation> => {
        const client = await connect(address!.port)
        const port = client.socket.localPort!
        for (const piece of pieces) {
          client.send(piece)
          // gives the server a chance to see the piece by itself; it has to make no difference whether it does
          if (pieces.length <= 3) await new Promise((resolve) => setImmediate(resolve))
        }
        client.end()
        await client.gone()
        return {
          requests: recorder.take(port),
          received: client.received,
          before: undefined,
          closed: undefined,
        }
      }
      return { converse, errors, close: () => server.close() }
    },
  }
}

/** Every way for bytes to get to the engine; the suite runs over each. */
export const TRANSPORTS: readonly Transport[] = [
  memory('a stream in memory', false),
  memory('borrowed memory', true),
  network('TCP', { cuts: 3, accelerate: false }),
  network('TCP with the shared read buffer', { cuts: 3, accelerate: true }),
  network('TLS', { cuts: 1, accelerate: true, tls: localhost, connect: RawClient.openTls }),
]
