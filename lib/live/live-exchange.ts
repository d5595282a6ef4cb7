import type { TypedKey } from '../common/index.js'
import { MemoryExchange, TLS, type BodySize, type ConnectionInfo, type HeaderList } from '../http/index.js'
import { ASKED_AGAIN } from '../web/index.js'
import { LiveResultUnusable } from './errors.js'
import { LIVE_CALL, type LiveCall } from './live-call.js'
import type { LiveOrigin } from './origin.js'

/** A request that the application makes to itself, in the name of a client. */
export class LiveExchange extends MemoryExchange {
  override readonly connection: ConnectionInfo
  private received = 0

  /**
   * @param url path and query
   * @param origin the client
   * @param call the run; undefined to look only where the request leads
   * @param maxResult bytes
   * @param isCounted false where limits of requests leave it out
   */
  constructor(
    private readonly url: string,
    origin: LiveOrigin,
    private readonly call: LiveCall | undefined,
    private readonly maxResult: number,
    private readonly isCounted: boolean,
  ) {
    const { headers, scheme, authority } = origin
    super({ method: 'GET', target: url, headers, scheme, authority })
    this.connection = origin.connection
  }

  override feature<T>(key: TypedKey<T>): T | undefined {
    // eslint-disable-next-line typescript/no-unsafe-type-assertion -- T is what the keys say
    if ((key as TypedKey<unknown>) === LIVE_CALL) return this.call as T
    // eslint-disable-next-line typescript/no-unsafe-type-assertion -- as above
    if ((key as TypedKey<unknown>) === ASKED_AGAIN) return (this.isCounted ? undefined : true) as T
    // eslint-disable-next-line typescript/no-unsafe-type-assertion -- as above
    if ((key as TypedKey<unknown>) === TLS) return this.connection.tls as T
    return super.feature(key)
  }

  override head(status: number, headers: HeaderList, body: BodySize): void {
    super.head(status, headers, body)
    if (typeof body === 'number') this.bound(body)
  }

  override write(chunk: Uint8Array): boolean {
    this.bound((this.received += chunk.length))
    return super.write(chunk)
  }

  override end(last?: Uint8Array | string): void {
    if (last !== undefined) this.bound((this.received += last.length))
    super.end(last)
  }

  private bound(size: number): void {
    const { maxResult, url } = this
    if (size > maxResult)
      this.abort(new LiveResultUnusable({ url, reason: `is larger than maxResult (${maxResult} bytes)` }))
  }
}
