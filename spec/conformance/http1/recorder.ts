import { HeaderList, TRAILERS, type Exchange } from '../../../lib/http/index.js'
import type { SeenRequest } from './rule.js'

const TEXT = HeaderList.from({ 'content-type': 'text/plain' }).freeze()
const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')

/** Notes every request that arrives whole, by connection, and answers it with its method and target. */
export class Recorder {
  private readonly logs = new Map<number, SeenRequest[]>()

  /** The requests of a connection, known by the client's port. */
  of(port: number): SeenRequest[] {
    let log = this.logs.get(port)
    if (log === undefined) this.logs.set(port, (log = []))
    return log
  }

  /** Forgets a connection, and answers what it knew of it. */
  take(port: number): SeenRequest[] {
    const log = this.of(port)
    this.logs.delete(port)
    return log
  }

  readonly handler = async (exchange: Exchange): Promise<void> => {
    const { method, target, authority, protocol: version } = exchange
    const log = this.of(exchange.connection.remotePort)
    const body = latin1(await exchange.body.bytes(1 << 20))
    const trailers = exchange.feature(TRAILERS)?.lines() ?? []
    log.push({ method, target, authority, version, fields: exchange.headers.lines(), body, trailers })
    const text = `${method} ${target}`
    exchange.sink.head(200, TEXT, text.length)
    exchange.sink.end(text)
  }
}
