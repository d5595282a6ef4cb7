export {
  BadGatewayException,
  BadRequestException,
  ConflictException,
  ForbiddenException,
  GatewayTimeoutException,
  GoneException,
  HttpVersionNotSupportedException,
  ImATeapotException,
  InternalServerErrorException,
  MethodNotAllowedException,
  MisdirectedException,
  NotAcceptableException,
  NotFoundException,
  NotImplementedException,
  PayloadTooLargeException,
  PaymentRequiredException,
  PreconditionFailedException,
  RequestTimeoutException,
  ServiceUnavailableException,
  TooManyRequestsException,
  UnauthorizedException,
  UnprocessableEntityException,
  UnsupportedMediaTypeException,
  httpExceptionFor,
  type NamedHttpException,
} from './named-exceptions.js'
export { HttpException, type DescriptionAndOptions, type HttpExceptionOptions } from './http-exception.js'
export { IntrinsicException } from './intrinsic-exception.js'
export type {
  ArgumentMetadata,
  CanActivate,
  EnhancerOf,
  ExceptionFilter,
  Interceptor,
  ParamType,
  PipeTransform,
  ResultWriter,
} from './enhancers.js'
export { NextCall, settle, type Awaitable, type CallHandler } from './call-handler.js'
export {
  APP_FILTER,
  APP_GUARD,
  APP_INTERCEPTOR,
  APP_PIPE,
  AppliesTo,
  Catch,
  enhancerProblem,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from './decorators.js'
export {
  Describes,
  notesOf,
  type BodyNote,
  type EnhancerNotes,
  type EnhancerPlace,
  type ErrorNote,
  type NotesAt,
  type ResultNote,
  type SecurityNote,
  type ValueNote,
} from './describes.js'
export { endpointName, type EndpointModel, type ParamModel } from './endpoint.js'
export { declaredEnhancers } from './enhancer.js'
export { inPlaceOf, nearestProvider, placeOf, type PipePlace } from './pipe-place.js'
export type {
  ArgumentsHost,
  ExecutionContext,
  Handler,
  HttpArgumentsHost,
  PipelineContext,
  RpcArgumentsHost,
  WsArgumentsHost,
} from './execution-context.js'
export { compileFilters, NOT_FILTERED, runFilters, type CompiledFilters } from './filters.js'
export { GlobalEnhancers, type KnownEnhancer } from './globals.js'
export { MappedStream } from './mapped-stream.js'
export { isObservableLike, lastValueOf, Stream, type Subscriber, type ObservableLike } from './observable.js'
export { compilePlan, type ExecutionPlan, type PlanOptions } from './plan.js'
export { Slot, type Step, type StepFactory } from './step.js'
