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
  HeadTimeout,
  HeadTooLarge,
  HostInvalid,
  MethodUnsupported,
  RequestLineInvalid,
  RequestTimeout,
  TargetInvalid,
  TargetTooLong,
  TooManyFields,
  TrailerTooLarge,
  TransferCodingUnsupported,
  TransferEncodingInvalid,
  VersionUnsupported,
  WriteStalled,
} from './errors.js'
export type { WireSocket } from '../socket.js'
export type { ConnectionHost } from './host.js'
export { DEFAULT_LIMITS, LimitInvalid, resolveLimits, type H1Limits } from './limits.js'
export type { H1Options } from './options.js'
export { H1Protocol } from './protocol.js'
