export { HeadParser, type HeadLimits } from './codec.js'
export { H1Connection } from './connection.js'
export {
  BodyTimeout,
  ChunkExtensionTooLarge,
  ChunkInvalid,
  ConnectionEnded,
  ContentLengthInvalid,
  ExpectationUnsupported,
  FieldInvalid,
  HandlerMissing,
  HeadTimeout,
  HeadTooLarge,
  HostInvalid,
  MethodUnsupported,
  RequestLineInvalid,
  RequestTimeout,
  ServerStopped,
  TargetInvalid,
  TargetTooLong,
  TooManyConnections,
  TooManyFields,
  TrailerTooLarge,
  TransferCodingUnsupported,
  TransferEncodingInvalid,
  VersionUnsupported,
  WriteStalled,
} from './errors.js'
export type { WireSocket } from './socket.js'
export type { ConnectionHost } from './host.js'
export { DEFAULT_LIMITS, LimitInvalid, resolveLimits, type H1Limits } from './limits.js'
export { createH1Server, type H1Options, type H1Server } from './server.js'
