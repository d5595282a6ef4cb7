import { HttpStatus } from '../http/index.js'

/** What may accompany an exception: the error that caused it, and a description for the body. */
export interface HttpExceptionOptions {
  readonly cause?: unknown
  readonly description?: string
}

/**
 * An error that is meant for the client. Throw it anywhere below a handler; filters see it first.
 *
 * @example
 * throw new HttpException('Out of stock', HttpStatus.CONFLICT)
 */
export class HttpException extends Error {
  override cause: unknown

  /**
   * @param response the body: a message, or an object that is sent as it is (in `problem` form its members are added)
   * @param status the HTTP status
   * @param options `cause` is kept for logs; `description` names the kind of error in the body
   */
  constructor(
    private readonly response: string | object,
    private readonly status: number,
    readonly options: HttpExceptionOptions = {},
  ) {
    super()
    this.message =
      typeof response === 'string' ? response : (messageOf(response) ?? spaced(this.constructor.name))
    this.name = this.constructor.name
    if (options.cause !== undefined) this.cause = options.cause
  }

  /** The HTTP status to answer with. */
  getStatus(): number {
    return this.status
  }

  /** The body given to the constructor. */
  getResponse(): string | object {
    return this.response
  }

  /**
   * Builds the familiar body `{ statusCode, message, error }`.
   *
   * @param message a message, several, or an object, which is returned unchanged
   * @param error the kind of error
   * @param statusCode the HTTP status
   */
  static createBody(message: unknown, error?: string, statusCode?: number): object {
    if (message === undefined || message === null || message === '') return { message: error, statusCode }
    if (typeof message === 'object' && !Array.isArray(message)) return message
    return error === undefined ? { message, statusCode } : { message, error, statusCode }
  }
}

function messageOf(response: object): string | undefined {
  const { message } = response as { message?: unknown }
  return typeof message === 'string' ? message : undefined
}

function spaced(name: string): string {
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
}

/** The constructor of an exception with a fixed status. */
export interface NamedHttpException {
  /**
   * @param message the message, or an object to send as the body; the status's phrase by default
   * @param descriptionOrOptions names the kind of error in the body, or gives `{ cause, description }`
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
      const options =
        typeof descriptionOrOptions === 'string'
          ? { description: descriptionOrOptions }
          : descriptionOrOptions
      super(HttpException.createBody(message, options.description, status), status, options)
      if (message === undefined) this.message = description
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
): (message?: string | object | string[]) => HttpException {
  const known = byStatus[status]
  if (known !== undefined) return (message) => new known(message)
  return (message) => new HttpException(HttpException.createBody(message, undefined, status), status)
}
