import {
  Catch,
  CorbelError,
  Describes,
  HttpException,
  type ArgumentsHost,
  type ExceptionFilter,
  type HttpResponse,
} from 'corbel'
import { AuthenticationFailed } from 'corbel/auth'
import { GenericError } from './generic-error.js'

/** Gives every error that is meant for the client the form of the contract: `{ "errors": { "body": ["…"] } }`. */
@Describes({
  errors: { type: GenericError },
  responses: { 422: 'What was sent is not valid' },
})
@Catch(HttpException, CorbelError)
export class ContractErrorFilter implements ExceptionFilter<HttpException | CorbelError> {
  catch(exception: HttpException | CorbelError, host: ArgumentsHost): void {
    const status = exception instanceof HttpException ? exception.getStatus() : exception.status
    // not the client's business: the framework logs it and answers 500 without details
    if (status === undefined) throw exception
    const response = host.switchToHttp().getResponse<HttpResponse>()
    // a 401 has to say how to log in (RFC 9110 §11.6.1); what guards throw brings its own challenge
    if (status === 401) response.header('WWW-Authenticate', 'Token realm="conduit"')
    const isOwn = exception instanceof AuthenticationFailed || exception instanceof CorbelError
    if (isOwn && exception.headers !== undefined) response.header({ ...exception.headers })
    response.status(status).json({ errors: { body: messagesOf(exception) } })
  }
}

function messagesOf(exception: HttpException | CorbelError): string[] {
  const body: unknown = exception instanceof HttpException ? exception.getResponse() : undefined
  const message: unknown =
    typeof body === 'object' && body !== null && 'message' in body ? body.message : undefined
  return Array.isArray(message) ? message.map(String) : [exception.message]
}
