export type { AdapterHost, Gateway, Refused, WebSocketAdapter } from './adapter.js'
export { WebSocketAdminModule, type WebSocketAdminOptions } from './analytics/admin-module.js'
export { WebSocketAnalytics, type PageWanted } from './analytics/analytics.js'
export { WebSocketAdminForeign, WebSocketAdminUnguarded } from './analytics/errors.js'
export {
  EXPOSITION_TYPE,
  writeExposition,
  type HistogramSample,
  type Metric,
  type MetricSample,
} from './analytics/exposition.js'
export { LATENCY_BOUNDS, type LatencySnapshot } from './analytics/histogram.js'
export { metricsOf } from './analytics/metrics.js'
export { WebSocketAnalyticsModule } from './analytics/module.js'
export type {
  ClientSnapshot,
  EventSnapshot,
  GatewaySnapshot,
  PageOf,
  PlaceSnapshot,
  RoomSnapshot,
  SentEventSnapshot,
  WebSocketSnapshot,
} from './analytics/snapshot.js'
export {
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
  type GatewayDeclaration,
  type GatewayOptions,
} from './decorators.js'
export {
  WebSocketHandler,
  type HandlerResult,
  type WebSocketHandlerOptions,
  type WebSocketMessageHandler,
} from './handler-decorator.js'
export type { ExceptionData } from './error-frame.js'
export { webSocketFeature } from './feature.js'
export { GatewayServerMissing, GatewayServers } from './gateway-servers.js'
export type { OnGatewayConnection, OnGatewayDisconnect, OnGatewayInit } from './hooks.js'
export { GatewayMissing, GatewayParamInvalid } from './inspect.js'
export {
  GATEWAY_OBSERVER,
  observed,
  type ClientObserver,
  type GatewayObserver,
  type ObservedClient,
  type ObservedPlace,
  type PlaceObserver,
} from './observer.js'
export { Ack, ConnectedSocket, MessageBody, MessageStream } from './params.js'
export {
  NamespacePattern,
  PlainAdapter,
  PlainAdapter as WsAdapter,
  type PlainAdapterOptions,
} from './plain/adapter.js'
export {
  ClientUnrecognised,
  TokenMissing,
  UNAUTHENTICATED,
  type ConnectionAuth,
  type TokenPlace,
} from './plain/authentication.js'
export { BroadcastOperator } from './plain/broadcast.js'
export { ClusterMessageTooLarge, ClusterPubSubMissing } from './plain/cluster/errors.js'
export type { ClusterOptions, ClusterStats } from './plain/cluster/options.js'
export type { FetchedSocket, Handshake, Member } from './plain/member.js'
export { PreparedBroadcast } from './plain/prepared-broadcast.js'
export { RoomStream, type RoomStreamOptions } from './plain/room-stream.js'
export type { Audience } from './plain/rooms.js'
export type { RecoveryOptions } from './plain/recovery/recovery.js'
export { Server, type ServerListener } from './plain/server.js'
export { Socket } from './plain/socket.js'
export { StreamCut, StreamIdMissing, TooManyStreams } from './plain/streams/errors.js'
export { HandlerInvalid } from './raw/inspect-handler.js'
export { RawSocket } from './raw/raw-socket.js'
export { WsContext, type Acknowledge, type AnswerStream } from './ws-context.js'
export { WsException } from './ws-exception.js'
