import { LiveBusy, LiveLimitReached, LiveStopping } from './errors.js'
import type { LiveSubscriber } from './live-query.js'
import type { LiveSettings } from './options.js'

/** Counts subscriptions, and refuses what is too much. */
export class Subscriptions {
  private readonly byAddress = new Map<string, number>()
  private count = 0
  /** True once the application stops. */
  isStopping = false

  constructor(private readonly settings: () => LiveSettings) {}

  get size(): number {
    return this.count
  }

  /**
   * Counts one more.
   *
   * @throws {CorbelError} CORBEL_LIVE_STOPPING, CORBEL_LIVE_BUSY (503), CORBEL_LIVE_LIMIT (429)
   */
  add({ origin: { address } }: LiveSubscriber): void {
    const { maxSubscriptions, maxPerAddress } = this.settings()
    if (this.isStopping) throw new LiveStopping({})
    if (this.count >= maxSubscriptions) throw new LiveBusy({ limit: maxSubscriptions })
    const known = this.byAddress.get(address) ?? 0
    if (known >= maxPerAddress) throw new LiveLimitReached({ limit: maxPerAddress, each: 'address' })
    this.byAddress.set(address, known + 1)
    this.count += 1
  }

  /** Counts one less. */
  remove({ origin: { address } }: LiveSubscriber): void {
    const known = this.byAddress.get(address)!
    if (known === 1) this.byAddress.delete(address)
    else this.byAddress.set(address, known - 1)
    this.count -= 1
  }
}
