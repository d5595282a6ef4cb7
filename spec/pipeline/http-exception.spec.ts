import * as corbel from 'corbel'
import { BadRequestException, ForbiddenException, HttpException, httpExceptionFor } from 'corbel'

const NAMED: readonly [name: string, status: number, description: string][] = [
  ['BadRequestException', 400, 'Bad Request'],
  ['UnauthorizedException', 401, 'Unauthorized'],
  ['PaymentRequiredException', 402, 'Payment Required'],
  ['ForbiddenException', 403, 'Forbidden'],
  ['NotFoundException', 404, 'Not Found'],
  ['MethodNotAllowedException', 405, 'Method Not Allowed'],
  ['NotAcceptableException', 406, 'Not Acceptable'],
  ['RequestTimeoutException', 408, 'Request Timeout'],
  ['ConflictException', 409, 'Conflict'],
  ['GoneException', 410, 'Gone'],
  ['PreconditionFailedException', 412, 'Precondition Failed'],
  ['PayloadTooLargeException', 413, 'Payload Too Large'],
  ['UnsupportedMediaTypeException', 415, 'Unsupported Media Type'],
  ['ImATeapotException', 418, "I'm a teapot"],
  ['MisdirectedException', 421, 'Misdirected'],
  ['UnprocessableEntityException', 422, 'Unprocessable Entity'],
  ['InternalServerErrorException', 500, 'Internal Server Error'],
  ['NotImplementedException', 501, 'Not Implemented'],
  ['BadGatewayException', 502, 'Bad Gateway'],
  ['ServiceUnavailableException', 503, 'Service Unavailable'],
  ['GatewayTimeoutException', 504, 'Gateway Timeout'],
  ['HttpVersionNotSupportedException', 505, 'HTTP Version Not Supported'],
]

describe('HttpException', () => {
  it('has response, status, message, name and cause', () => {
    const cause = new Error('cause')
    const error = new HttpException('Out of stock', 409, { cause })
    expect(error).toBeInstanceOf(Error)
    expect([error.getResponse(), error.getStatus(), error.message, error.name, error.cause]).toEqual([
      'Out of stock',
      409,
      'Out of stock',
      'HttpException',
      cause,
    ])
  })

  it('takes its message from an object response, or from the name of its class', () => {
    expect(new HttpException({ message: 'Gone away', extra: 1 }, 410).message).toBe('Gone away')
    class OutOfStockException extends HttpException {}
    expect(new OutOfStockException({ code: 7 }, 409).message).toBe('Out Of Stock Exception')
  })

  it.each(NAMED)('%s is %i with its description', (name, status, description) => {
    const type = (corbel as unknown as Record<string, new (...args: unknown[]) => HttpException>)[name]!
    const bare = new type()
    expect(bare).toBeInstanceOf(HttpException)
    expect(bare.name).toBe(name)
    expect(bare.message).toBe(description)
    expect(bare.getStatus()).toBe(status)
    expect(bare.getResponse()).toEqual({ message: description, statusCode: status })
    expect(new type('why').getResponse()).toEqual({ message: 'why', error: description, statusCode: status })
    expect(new type('why').message).toBe('why')
    expect(new type('why', 'Own kind').getResponse()).toEqual({
      message: 'why',
      error: 'Own kind',
      statusCode: status,
    })
    expect(new type({ own: 'body' }).getResponse()).toEqual({ own: 'body' })
    expect(new type(['a', 'b']).getResponse()).toEqual({
      message: ['a', 'b'],
      error: description,
      statusCode: status,
    })
  })

  it('named ones take cause and description', () => {
    const cause = new Error('cause')
    const error = new BadRequestException('why', { cause, description: 'Some description' })
    expect(error.cause).toBe(cause)
    expect(error.getResponse()).toEqual({ message: 'why', error: 'Some description', statusCode: 400 })
  })

  it('createBody builds the familiar body', () => {
    expect(HttpException.createBody('', 'Bad Request', 400)).toEqual({
      message: 'Bad Request',
      statusCode: 400,
    })
    expect(HttpException.createBody('why', 'Bad Request', 400)).toEqual({
      message: 'why',
      error: 'Bad Request',
      statusCode: 400,
    })
    expect(HttpException.createBody({ own: 1 })).toEqual({ own: 1 })
    expect(HttpException.createBody(['a'], 'Bad Request', 400)).toEqual({
      message: ['a'],
      error: 'Bad Request',
      statusCode: 400,
    })
  })

  it('createBody adds an error code', () => {
    expect(HttpException.createBody('why', 'Bad Request', 400, 'E1')).toEqual({
      message: 'why',
      error: 'Bad Request',
      statusCode: 400,
      errorCode: 'E1',
    })
    expect(HttpException.createBody(null, 'Bad Request', 400, 'E1')).toEqual({
      message: 'Bad Request',
      statusCode: 400,
      errorCode: 'E1',
    })
  })

  it('keeps the description of its status where the options give none', () => {
    const error = new BadRequestException('why', { cause: 1, errorCode: 'E1' })
    expect([error.cause, error.errorCode]).toEqual([1, 'E1'])
    expect(error.getResponse()).toEqual({
      message: 'why',
      error: 'Bad Request',
      statusCode: 400,
      errorCode: 'E1',
    })
    expect(new BadRequestException(undefined, 'Own kind').message).toBe('Own kind')
    expect(new BadRequestException(['a', 'b']).message).toBe('Bad Request Exception')
    expect(String(new BadRequestException('why'))).toBe('BadRequestException: why')
  })

  it('takes descriptions and options apart, for exceptions that are made like the named ones', () => {
    const options = { cause: 1, description: 'Own' }
    expect(HttpException.getDescriptionFrom('Own')).toBe('Own')
    expect(HttpException.getDescriptionFrom(options)).toBe('Own')
    expect(HttpException.getHttpExceptionOptionsFrom('Own')).toEqual({})
    expect(HttpException.getHttpExceptionOptionsFrom(options)).toBe(options)
    expect(HttpException.extractDescriptionAndOptionsFrom('Own')).toEqual({
      description: 'Own',
      httpExceptionOptions: {},
    })
    expect(HttpException.extractDescriptionAndOptionsFrom(options)).toEqual({
      description: 'Own',
      httpExceptionOptions: options,
    })
  })

  it('lets subclasses choose message, name and cause', () => {
    class Own extends HttpException {
      override initMessage() {
        this.message = 'own message'
      }
      override initName() {
        this.name = 'own name'
      }
    }
    const error = new Own('response', 400)
    expect([error.message, error.name, error.getResponse()]).toEqual(['own message', 'own name', 'response'])
  })

  it('httpExceptionFor finds the class of a status', () => {
    expect(httpExceptionFor(403)('no')).toBeInstanceOf(ForbiddenException)
    const other = httpExceptionFor(451)('law')
    expect([other.getStatus(), other.getResponse()]).toEqual([451, { message: 'law', statusCode: 451 }])
  })
})
