import { Global, Module } from '../../di/index.js'
import { WebSocketAnalytics } from './analytics.js'
import { analyticsFeature } from './feature.js'

/**
 * Counts what goes on in gateways, and provides `WebSocketAnalytics` everywhere. Without it nothing is counted, and nothing is
 * called for it.
 *
 * @example
 * @Module({ imports: [WebSocketAnalyticsModule], providers: [ChatGateway] })
 * class AppModule {}
 */
@Global()
@Module({ providers: [WebSocketAnalytics], exports: [WebSocketAnalytics], features: [analyticsFeature] })
export class WebSocketAnalyticsModule {}
