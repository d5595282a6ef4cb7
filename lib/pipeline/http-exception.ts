import { IntrinsicException } from './intrinsic-exception.js'

/** What may accompany an exception: the error that caused it, and what the body tells besides the message. */
export interface HttpExceptionOptions {
  /** Kept for logs; never sent. */
  readonly cause?: unknown
  /** Names the kind of error in the body. */
  readonly description?: string
  /** A stable code for programs, sent as `errorCode`. */
  readonly errorCode?: string
  /** More members for bodies in `problem` form (RFC 9457 §3.2); those of the plain form are the response's alone. */
  readonly problem?: Readonly<Record<string, unknown>>
}

/** What the second argument of a named exception says. */
export interface DescriptionAndOptions {
  readonly description?: string | undefined
  readonly httpExceptionOptions?: HttpExceptionOptions | undefined
}

/**
 * An error that is meant for the client. Throw it anywhere below a handler; filters see it first.
 *
 * @example
 * throw new HttpException('Out of stock', HttpStatus.CONFLICT)
 */
export class HttpException extends IntrinsicException {
  override cause: unknown
  errorCode: string | undefined

  /**
   * @param response the body: a message, or an object that is sent as it is (in `problem` form its members are added)
   * @param status the HTTP status
   * @param options `cause` is kept for logs; `description` names the kind of error in the body; `errorCode` is sent
   */
  constructor(
    private readonly response: string | object,
    private readonly status: number,
    readonly options: HttpExceptionOptions = {},
  ) {
    super()
    this.initMessage()
    this.initName()
    this.initCause()
    this.initErrorCode()
  }

  /** The HTTP status to answer with. */
  getStatus(): number {
    return this.status
  }

  /** The body given to the constructor. */
  getResponse(): string | object {
    return this.response
  }

  /** Sets the message: that of the response, or the words of the class's name. Override it for another one. */
  initMessage(): void {
    const { response } = this
    const message =
      typeof response === 'string' ? response : (response as { message?: unknown } | null)?.message
    this.message = typeof message === 'string' ? message : spaced(this.constructor.name)
  }

  /** Sets the name: that of the class. */
  initName(): void {
    this.name = this.constructor.name
  }

  /** Takes the cause over from the options. */
  initCause(): void {
    if (this.options.cause !== undefined) this.cause = this.options.cause
  }

  /** Takes the error code over from the options. */
  initErrorCode(): void {
    this.errorCode = this.options.errorCode
  }

  /**
   * Builds the familiar body `{ statusCode, message, error }`.
   *
   * @param message a message, several, or an object, which is returned unchanged
   * @param error the kind of error; the message, where there is none
   * @param statusCode the HTTP status
   * @param errorCode a stable code for programs
   */
  static createBody(message: unknown, error?: string, statusCode?: number, errorCode?: string): object {
    const code = errorCode === undefined ? {} : { errorCode }
    if (message === undefined || message === null || message === '') {
      return { message: error, statusCode, ...code }
    }
    if (typeof message === 'object' && !Array.isArray(message)) return message
    return { message, ...(error !== undefined && { error }), statusCode, ...code }
  }

  /** The description in the second argument of a named exception. */
  static getDescriptionFrom(descriptionOrOptions: string | HttpExceptionOptions): string | undefined {
    return typeof descriptionOrOptions === 'string' ? descriptionOrOptions : descriptionOrOptions.description
  }

  /** The options in the second argument of a named exception. */
  static getHttpExceptionOptionsFrom(
    descriptionOrOptions: string | HttpExceptionOptions,
  ): HttpExceptionOptions {
    return typeof descriptionOrOptions === 'string' ? {} : descriptionOrOptions
  }

  /** Both of them: for exceptions of one's own that are made like the named ones. */
  static extractDescriptionAndOptionsFrom(
    descriptionOrOptions: string | HttpExceptionOptions,
  ): DescriptionAndOptions {
    return {
      description: HttpException.getDescriptionFrom(descriptionOrOptions),
      httpExceptionOptions: HttpException.getHttpExceptionOptionsFrom(descriptionOrOptions),
    }
  }
}

/** `OutOfStockException` → `Out Of Stock Exception` */
function spaced(name: string): string {
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ') || 'Error'
}
