import type { TypedKey } from '../../common/index.js'
import { PUSH, UPGRADE } from '../../http/index.js'
import type { H2Exchange } from './exchange.js'
import { pushFeature, type Pusher } from './push.js'
import { tunnelFeature } from './tunnel.js'

/**
 * Finds what not every exchange can do.
 *
 * @param pusher the connection of the exchange
 * @param exchange that asks
 * @param key of the feature
 */
export function featureOf(pusher: Pusher, exchange: H2Exchange, key: TypedKey<unknown>): unknown {
  if (key === PUSH) return pushFeature(pusher, exchange)
  const { protocol } = exchange.request
  return key === UPGRADE && protocol !== undefined ? tunnelFeature(exchange, protocol) : undefined
}
