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
export { HeaderInvalid, HeaderList, NO_HEADERS } from './header-list.js'
export { ListedHeaders, type HeaderView } from './header-view.js'
export { HttpStatus, statusText } from './status.js'
export {
  ResponseEnded,
  ResponseHeadMissing,
  ResponseHeadSent,
  ResponseLengthMismatch,
  ResponseStatusInvalid,
  UpgradeUnavailable,
} from './errors.js'
export {
  INFORMATIONAL,
  UPGRADE,
  type InformationalFeature,
  type UpgradedSocket,
  type UpgradeFeature,
} from './features.js'
export { MemoryExchange, type MemoryRequest, type MemoryResponse } from './memory.js'
export { parseQuery, QueryMalformed, QueryTooLarge, type QueryParams } from './query.js'
export { HttpRequest } from './request.js'
export { endWhole, HttpResponse, utf8Length, type CookieOptions } from './response.js'
export { StreamExchange, type StreamedResponse } from './stream-exchange.js'
