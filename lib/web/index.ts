export {
  AlreadyInitialised,
  Application,
  prepareApplication,
  type ApplicationOptions,
  type BodyParserOptions,
  type PreparedApplication,
} from './application.js'
export { BodyCodingUnsupported, BodyMalformed, BodyTypeUnsupported, type BodyOptions } from './body.js'
export { ByteSizeInvalid } from './byte-size.js'
export type { CorsDelegate, CorsOptions, OriginCheck, OriginRule } from './cors.js'
export {
  All,
  Controller,
  Copy,
  Delete,
  Get,
  Head,
  Header,
  HttpCode,
  Lock,
  Mkcol,
  Move,
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
  type VersionValue,
} from './decorators.js'
export { ControllerMissing, joinPaths, RouteMissing } from './endpoints.js'
export { WebFeature } from './feature.js'
export { HttpContext, TransportMismatch } from './http-context.js'
export type { HttpEndpoint } from './http-route.js'
export type { InjectRequest, InjectResponse } from './inject.js'
export {
  RequestMethod,
  type ConfiguresMiddleware,
  type Middleware,
  type MiddlewareConsumer,
  type MiddlewareFunction,
  type NextFunction,
  type RouteInfo,
} from './middleware.js'
export {
  Body,
  Cookies,
  createParamDecorator,
  Headers,
  HostParam,
  Ip,
  Next,
  Param,
  Query,
  RawBody,
  Req,
  Request,
  Res,
  Response,
  Session,
  type CustomParamDecorator,
  type ParamFactory,
} from './param-decorators.js'
export type { ErrorFormat } from './problem.js'
export { RouterModule, type RouteTree } from './router-module.js'
export { EventsOverflow, type MessageEvent } from './stream.js'
export { StreamableFile, type FileErrorHandler, type StreamableFileOptions } from './streamable-file.js'
export { VersioningType, type VersioningOptions } from './versioning.js'
export type { SendFileOptions } from './send-file.js'
export { WebResponse } from './web-response.js'
export { BaseExceptionFilter } from './base-exception-filter.js'
