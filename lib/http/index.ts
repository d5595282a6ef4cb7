export {
  BodyAlreadyRead,
  BodyTooLarge,
  BufferedBody,
  ClientGone,
  collectBytes,
  EMPTY_BODY,
  StreamedBody,
  type BodySource,
} from './body.js'
export {
  CookieInvalid,
  type CookieOptions,
  type CookieRules,
  type CookieSeals,
  writeCookie,
} from './cookies.js'
export type {
  BodySize,
  ConnectionInfo,
  Exchange,
  ExchangeHandler,
  Protocol,
  ResponseSink,
  SinkState,
} from './exchange.js'
export { Emitter, type EventListener } from './emitter.js'
export { endWhole, isBodyless, utf8Length } from './end-whole.js'
export { parseForwarded, type ForwardedHop } from './forwarded-header.js'
export { addressChain, forwardedHost, forwardedProtocol, type ProxyTrust, type Trusts } from './forwarded.js'
export { joinRanges, MAX_RANGES, parseByteRanges, type ByteRange } from './byte-ranges.js'
export { entityTagsOf, sameStrongly, sameWeakly } from './entity-tags.js'
export { isFresh, type Conditions, type Validators } from './freshness.js'
export { parseHttpDate } from './http-date.js'
export { evaluatePreconditions, partsFit, type Precondition } from './preconditions.js'
export {
  PreconditionFailed,
  RangeNotSatisfiable,
  readParts,
  selectParts,
  type PartialRequest,
  type Selection,
  type Whole,
} from './partial-content.js'
export { fileTypeOf, fullMediaType, mediaTypeOf } from './media-types.js'
export { negotiate, preferencesOf, type NegotiatedField } from './negotiation.js'
export { NodeResponse, type HeaderValue } from './node-response.js'
export { HeaderInvalid, HeaderList, NO_HEADERS, type RenderedLines } from './header-list.js'
export { ListedHeaders, type HeaderView } from './header-view.js'
export { HttpStatus, statusText } from './status.js'
export {
  FormatNotAcceptable,
  ResponseEnded,
  ResponseHeadMissing,
  ResponseHeadSent,
  ResponseLengthMismatch,
  ResponseStatusInvalid,
  UpgradeUnavailable,
} from './errors.js'
export {
  INFORMATIONAL,
  PUSH,
  TLS,
  TRAILERS,
  UPGRADE,
  type InformationalFeature,
  type PeerCertificate,
  type PushFeature,
  type PushOptions,
  type TlsInfo,
  type UpgradedSocket,
  type UpgradeFeature,
} from './features.js'
export { MemoryExchange, type MemoryRequest, type MemoryResponse } from './memory.js'
export {
  parseNestedQuery,
  QueryNameForbidden,
  QueryTooDeep,
  type NestedParams,
  type NestedValue,
} from './nested-query.js'
export { parseQuery, QueryMalformed, QueryTooLarge, type QueryParams, type QueryParser } from './query.js'
export { HttpRequest, type RequestCall } from './request.js'
export { RequestStream } from './request-stream.js'
export { HttpResponse, type FormatHandlers, type ResponseCall } from './response.js'
export { SocketView } from './socket-view.js'
export { StreamExchange, type StreamedResponse } from './stream-exchange.js'
export { addVary } from './vary.js'
