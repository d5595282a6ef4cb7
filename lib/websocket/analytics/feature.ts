import type { Feature } from '../../core/index.js'
import type { EndpointModel } from '../../pipeline/index.js'
import { GATEWAY_OBSERVER } from '../observer.js'
import { WebSocketAnalytics } from './analytics.js'
import { trafficOf } from './event-meter.js'

/** Has the gateways observed, and tells of each method in `app.describe()` what has come to it: `traffic`. */
export const analyticsFeature: Feature = {
  name: 'websocket:analytics',
  requires: ['websocket'],
  check(model) {
    model.contribute(GATEWAY_OBSERVER, () => {
      const record = [...model.graph.records()].find(({ token }) => token === WebSocketAnalytics)
      return record!.instance as WebSocketAnalytics
    })
  },
  describe(endpoint: EndpointModel) {
    const traffic = trafficOf(endpoint)
    return traffic === undefined ? undefined : { traffic }
  },
}
