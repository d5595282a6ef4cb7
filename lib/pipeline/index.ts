export {
  BadGatewayException,
  BadRequestException,
  ConflictException,
  ForbiddenException,
  GatewayTimeoutException,
  GoneException,
  HttpException,
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
  type HttpExceptionOptions,
  type NamedHttpException,
} from './http-exception.js'
export type {
  ArgumentMetadata,
  CanActivate,
  EnhancerOf,
  ExceptionFilter,
  Interceptor,
  ParamType,
  PipeTransform,
} from './enhancers.js'
export { NextCall, settle, type CallHandler } from './call-handler.js'
export {
  APP_FILTER,
  APP_GUARD,
  APP_INTERCEPTOR,
  APP_PIPE,
  Catch,
  enhancerProblem,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from './decorators.js'
export { endpointName, type EndpointModel, type ParamModel } from './endpoint.js'
export { declaredEnhancers } from './enhancer.js'
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
export { GlobalEnhancers } from './globals.js'
export { isObservableLike, lastValueOf, Stream, type ObservableLike } from './observable.js'
export { compilePlan, type ExecutionPlan, type PlanOptions } from './plan.js'
export { Slot, type Step, type StepFactory } from './step.js'
