import { Duplex } from 'node:stream'
import { NO_BYTES } from '../../common/index.js'
import { NO_HEADERS, UpgradeUnavailable, type HeaderList, type UpgradeFeature } from '../../http/index.js'
import type { H2Exchange } from './exchange.js'

/** A stream as what runs inside of it sees it: bytes in both directions (RFC 8441 §5). */
class Tunnel extends Duplex {
  private readonly chunks: AsyncIterator<Uint8Array>

  constructor(private readonly exchange: H2Exchange) {
    super({ allowHalfOpen: true })
    this.chunks = exchange.body[Symbol.asyncIterator]()
    exchange.onClose((state) => {
      if (state === 'aborted') this.destroy()
    })
  }

  override _read(): void {
    this.chunks.next().then(
      ({ value, done }) => this.push(done === true ? null : value),
      (error: Error) => this.destroy(error),
    )
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    if (this.exchange.write(chunk)) return done()
    this.exchange.drained().then(() => done(), done)
  }

  override _final(done: () => void): void {
    this.exchange.end()
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (this.exchange.state === 'ended') this.exchange.leave()
    else this.exchange.abort(error ?? new Error('The tunnel was closed.'))
    done(error)
  }
}

/**
 * What an extended CONNECT asks for.
 *
 * @param exchange of a request with `:protocol`
 * @param protocol its value
 */
export function tunnelFeature(exchange: H2Exchange, protocol: string): UpgradeFeature {
  return {
    protocol,
    form: 'connect',
    accept: (headers: HeaderList = NO_HEADERS) => {
      if (exchange.state !== 'idle') {
        throw new UpgradeUnavailable({ reason: 'the request was answered or given up' })
      }
      exchange.isTunnel = true
      exchange.head(200, headers, 'stream')
      exchange.write(NO_BYTES)
      return { socket: new Tunnel(exchange), head: NO_BYTES }
    },
  }
}
