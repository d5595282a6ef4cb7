export type { BoundAddress, DrainReport, ListenerOptions, ListenOptions, ServerEngine } from './engine.js'
export { createH1Server, createHttpServer, type HttpServerOptions } from './create.js'
export { DEFAULT_LIMITS, type H1Limits, type H1Options } from './h1/index.js'
export type { H2Options } from './h2/index.js'
export type { HttpServer } from './http-server.js'
export {
  ListenAddressInUse,
  ListenDenied,
  ListenFailed,
  ListenOptionsInvalid,
  SocketNotPassed,
  urlOf,
} from './listener/index.js'
export type { Arrival, ConnectionProtocol } from './protocol.js'
export { ProxyHeaderInvalid, type ProxyProtocolOptions } from './proxy/index.js'
export type { Ends, WireSocket } from './socket.js'
export {
  TlsCertificateOutdated,
  TlsConfigurationInvalid,
  TlsFileUnreadable,
  TlsHandshakeFailed,
} from './tls/errors.js'
export type { TlsCertificate, TlsCertificateLookup, TlsMaterial, TlsOptions } from './tls/options.js'
export {
  cluster,
  CrashPolicy,
  joinLog,
  showListening,
  Supervisor,
  workerLink,
  WorkersCrashLoop,
  WorkersInvalid,
  WorkersReloadFailed,
  WorkersScriptMissing,
  type CrashPolicyOptions,
  type SupervisorOptions,
  type WorkerLink,
} from './workers/index.js'
export {
  CloseCode,
  CloseCodeInvalid,
  ControlTooLong,
  DEFAULT_WEBSOCKET_LIMITS,
  HandshakeInvalid,
  isCloseCode,
  OriginForbidden,
  PreparedMessage,
  ReadyState,
  TooManySockets,
  UpgradeRequired,
  WebSocketConnection,
  WebSocketEngine,
  type AllowedOrigins,
  type DeflateOptions,
  type HandshakeOptions,
  type MessageContent,
  type WebSocketLimits,
  type WebSocketListener,
  type WebSocketOptions,
} from './ws/index.js'
