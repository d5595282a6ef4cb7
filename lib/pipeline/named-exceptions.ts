import type { HttpStatus } from '../http/index.js'
import { HttpException, type HttpExceptionOptions } from './http-exception.js'

/** The constructor of an exception with a fixed status. */
export interface NamedHttpException {
  /**
   * @param message the message, or an object to send as the body; the status's phrase by default
   * @param descriptionOrOptions names the kind of error in the body, or gives `{ cause, description, errorCode }`
   */
  new (
    message?: string | object | string[],
    descriptionOrOptions?: string | HttpExceptionOptions,
  ): HttpException
  readonly prototype: HttpException
}

function withStatus(status: number, description: string): NamedHttpException {
  return class extends HttpException {
    constructor(
      message?: string | object,
      descriptionOrOptions: string | HttpExceptionOptions = description,
    ) {
      const { description: kind = description, httpExceptionOptions: options } =
        HttpException.extractDescriptionAndOptionsFrom(descriptionOrOptions)
      super(HttpException.createBody(message, kind, status, options?.errorCode), status, options)
    }
  }
}

export class BadRequestException extends withStatus(400, 'Bad Request') {}
export class UnauthorizedException extends withStatus(401, 'Unauthorized') {}
export class PaymentRequiredException extends withStatus(402, 'Payment Required') {}
export class ForbiddenException extends withStatus(403, 'Forbidden') {}
export class NotFoundException extends withStatus(404, 'Not Found') {}
export class MethodNotAllowedException extends withStatus(405, 'Method Not Allowed') {}
export class NotAcceptableException extends withStatus(406, 'Not Acceptable') {}
export class RequestTimeoutException extends withStatus(408, 'Request Timeout') {}
export class ConflictException extends withStatus(409, 'Conflict') {}
export class GoneException extends withStatus(410, 'Gone') {}
export class PreconditionFailedException extends withStatus(412, 'Precondition Failed') {}
export class PayloadTooLargeException extends withStatus(413, 'Payload Too Large') {}
export class UnsupportedMediaTypeException extends withStatus(415, 'Unsupported Media Type') {}
export class ImATeapotException extends withStatus(418, "I'm a teapot") {}
export class MisdirectedException extends withStatus(421, 'Misdirected') {}
export class UnprocessableEntityException extends withStatus(422, 'Unprocessable Entity') {}
export class TooManyRequestsException extends withStatus(429, 'Too Many Requests') {}
export class InternalServerErrorException extends withStatus(500, 'Internal Server Error') {}
export class NotImplementedException extends withStatus(501, 'Not Implemented') {}
export class BadGatewayException extends withStatus(502, 'Bad Gateway') {}
export class ServiceUnavailableException extends withStatus(503, 'Service Unavailable') {}
export class GatewayTimeoutException extends withStatus(504, 'Gateway Timeout') {}
export class HttpVersionNotSupportedException extends withStatus(505, 'HTTP Version Not Supported') {}

const byStatus: Readonly<Record<number, NamedHttpException>> = {
  400: BadRequestException,
  401: UnauthorizedException,
  402: PaymentRequiredException,
  403: ForbiddenException,
  404: NotFoundException,
  405: MethodNotAllowedException,
  406: NotAcceptableException,
  408: RequestTimeoutException,
  409: ConflictException,
  410: GoneException,
  412: PreconditionFailedException,
  413: PayloadTooLargeException,
  415: UnsupportedMediaTypeException,
  418: ImATeapotException,
  421: MisdirectedException,
  422: UnprocessableEntityException,
  429: TooManyRequestsException,
  500: InternalServerErrorException,
  501: NotImplementedException,
  502: BadGatewayException,
  503: ServiceUnavailableException,
  504: GatewayTimeoutException,
  505: HttpVersionNotSupportedException,
}

/**
 * The exception class of a status.
 *
 * @param status an HTTP status
 * @returns the named class, or a maker of plain HttpExceptions for statuses without one
 */
export function httpExceptionFor(
  status: HttpStatus | number,
): (message?: string | object | string[], options?: HttpExceptionOptions) => HttpException {
  const known = byStatus[status]
  if (known !== undefined) return (message, options) => new known(message, options)
  return (message, options) =>
    new HttpException(HttpException.createBody(message, undefined, status), status, options)
}
