export type { ApplicationOptions } from './application-options.js'
export {
  AlreadyInitialised,
  Application,
  prepareApplication,
  type PreparedApplication,
} from './application.js'
export { decodeText, isKnownCharset } from './bodies/charset.js'
export { codingsOf } from './bodies/content-coding.js'
export {
  BodyCharsetUnsupported,
  BodyCodingUnsupported,
  BodyInflated,
  BodyMalformed,
  BodyTooDeep,
  BodyTypeUnsupported,
} from './bodies/errors.js'
export {
  asBuffer,
  BODY_FORMATS,
  type BodyBounds,
  type BodyCall,
  type BodyFormat,
  type BodyParser,
} from './bodies/format.js'
export { Consumes } from './bodies/consumes.js'
export { PROTOTYPE_KEYS, refusePrototypeKeys } from './bodies/json.js'
export { BodyLimit } from './bodies/limit.js'
export type { BodyParserOptions } from './bodies/settings.js'
export type { BodyKind, BodyKindOptions, BodyOptions } from './bodies/options.js'
export { byteSize, ByteSizeInvalid } from './byte-size.js'
export { CookieSecretWeak, type CookieSettings } from './cookies/settings.js'
export { pathOf } from './dispatcher.js'
export { EarlyHints } from './early-hints.js'
export { FALLBACKS, type Fallback } from './fallback.js'
export { NO_STANDARD_HEADERS, STANDARD_HEADERS, type StandardHeaders } from './standard-headers.js'
export { Cors } from './cors/decorator.js'
export {
  CorsInvalid,
  type CorsDelegate,
  type CorsOptions,
  type OriginCheck,
  type OriginRule,
} from './cors/options.js'
export {
  All,
  Controller,
  Copy,
  Delete,
  Direct,
  Get,
  hasRoute,
  Head,
  Header,
  HttpCode,
  Lock,
  Mkcol,
  Move,
  Name,
  Options,
  Patch,
  Post,
  Propfind,
  Proppatch,
  Put,
  QueryMethod,
  Redirect,
  Search,
  Sse,
  Unlock,
  Version,
  VERSION_NEUTRAL,
  type ControllerOptions,
  type RouteOptions,
  type SseRouteOptions,
  type VersionValue,
} from './decorators.js'
export { describeRoute, type RouteDescription } from './describe-route.js'
export { ParamUnknown, RouteMissing } from './endpoint-checks.js'
export { ControllerMissing, joinPaths } from './endpoints.js'
export { WebFeature } from './feature.js'
export { HttpAdapter, HttpAdapterHost, withoutTransport } from './http-adapter.js'
export { HttpContext, TransportMismatch } from './http-context.js'
export { takeNodeUpgrade, type NodeUpgrade } from './tunnel-socket.js'
export { usualStatus, type HttpEndpoint } from './http-route.js'
export type { InjectRequest, InjectResponse } from './inject.js'
export {
  MiddlewareInvalid,
  type ConfiguresMiddleware,
  type Middleware,
  type MiddlewareConsumer,
  type MiddlewareFunction,
} from './middleware.js'
export type { NextFunction } from './middleware-run.js'
export { RequestMethod, type RouteInfo } from './route-info.js'
export {
  Body,
  Bound,
  Cookies,
  createParamDecorator,
  EncryptedCookie,
  Headers,
  HostParam,
  Ip,
  LastEventId,
  Next,
  Param,
  Query,
  RawBody,
  Req,
  Request,
  Res,
  Response,
  Session,
  Signal,
  SignedCookies,
  UploadedFile,
  UploadedFiles,
  type CustomParamDecorator,
  type ParamBinding,
  type ParamFactory,
  type ParamOptions,
  type ParamPipe,
  type ParamReader,
  readersOf,
} from './param-decorators.js'
export {
  findCircle,
  JsonBigInt,
  JsonCircular,
  rescueJson,
  writeJson,
  type BigIntPolicy,
  type WriteBody,
  type WriteJson,
} from './json.js'
export type { ErrorFormat } from './problem.js'
export { FetchResponseUnusable } from './fetch-result.js'
export { declaredReturn, Returns, type ReturnsDeclaration, type ReturnsOptions } from './returns.js'
export { VersioningOff } from './route-lookup.js'
export { RouterModule, type RouteTree } from './router-module.js'
export { ShutdownOptionInvalid, type ShutdownOptions } from './shutdown.js'
export { durationMs } from './duration.js'
export { EventHub, type HubStream } from './event-hub.js'
export {
  eventSettings,
  EventsOverflow,
  formatEvent,
  SseOptionInvalid,
  type EventSettings,
  type MessageEvent,
  type SseOptions,
} from './events.js'
export {
  ASKED_AGAIN,
  COOKIE_CREDENTIALS,
  PROBLEM_FORMS,
  SINK_FILTERS,
  UPGRADES,
  WEB_SOCKET_ADAPTER,
  type ChooseForm,
  type FinishResult,
  type ProblemForm,
  type ResultForm,
  type SinkFilter,
  type UpgradeTarget,
} from './extensions.js'
export {
  jsonArrayFormat,
  ndjsonFormat,
  StreamAs,
  type StreamForm,
  type StreamFormat,
} from './stream-format.js'
export { pump } from './stream.js'
export { fileDate, FileSource, fileTag } from './file-source.js'
export {
  StreamableFile,
  type FileContent,
  type FileErrorHandler,
  type FileOpener,
  type StreamableFileOptions,
} from './streamable-file.js'
export {
  ROUTE_PREPARERS,
  ROUTE_PREVIEWS,
  type RoutePreparer,
  type RoutePreview,
  type RouteSettings,
} from './route-preparation.js'
export { eventHeaders, type DeclaredHeader } from './route-headers.js'
export { VersionUnsupported } from './unsupported-version.js'
export {
  strategiesOf,
  VersioningInvalid,
  VersioningType,
  versionsOf,
  type VersioningOptions,
  type VersionedPath,
  type VersioningStrategy,
} from './versioning.js'
export type { SendFileOptions } from './send-file.js'
export { SettingUnknown } from './settings.js'
export { TrustProxyInvalid, type TrustedProxies, type TrustProxy, type TrustSettings } from './trust-proxy.js'
export { CookieSecretMissing, WebResponse, type ViewCallback, type WebCookieOptions } from './web-response.js'
export { findView } from './view-path.js'
export { LinkOriginInvalid, LinkQueryInvalid, LinkTooEarly, LinkVersionUnclear } from './links/errors.js'
export { Links } from './links/links.js'
export type {
  LinkArguments,
  LinkOptions,
  LinkParams,
  LinkQuery,
  LinkQueryValue,
  LinkValue,
  RouteParams,
  RouteName,
} from './links/types.js'
export { RedirectUrlMissing } from './result.js'
export { Resource, ResourceActionMissing, type ResourceAction, type ResourceOptions } from './resource.js'
export { Render } from './render.js'
export {
  ViewEngineInvalid,
  ViewEngineMissing,
  ViewUnknown,
  type ViewEngine,
  type ViewEngineChoice,
  type ViewEngineFactory,
  type ViewSettings,
} from './views.js'
export type { FileRenderer } from './express-views.js'
export { BaseExceptionFilter } from './base-exception-filter.js'
export type { ApplicationListenOptions, ListenDetails } from './listen-arguments.js'
export { runWorkers, startWorkers, type WorkerGroup, type WorkersOptions } from './workers.js'
