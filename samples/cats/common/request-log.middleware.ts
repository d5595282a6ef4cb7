import {
  Injectable,
  Logger,
  type HttpRequest,
  type HttpResponse,
  type Middleware,
  type NextFunction,
} from 'corbel'

/** Logs each request when it is answered. */
@Injectable()
export class RequestLogMiddleware implements Middleware {
  private readonly logger = new Logger('Requests')

  use(request: HttpRequest, response: HttpResponse, next: NextFunction): void {
    response.on('finish', () => this.logger.log(`${request.method} ${request.path} ${response.statusCode}`))
    next()
  }
}
