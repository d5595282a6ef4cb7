import { createHash, timingSafeEqual } from 'node:crypto'
import {
  Injectable,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
  type HttpRequest,
  type HttpResponse,
} from 'corbel'

/** Asks browsers for a name and password; the password stands in ADMIN_PASSWORD, `admin` if it is not set. */
@Injectable()
export class AdminGuard implements CanActivate {
  private readonly wanted = digest(`Basic ${btoa(`admin:${process.env['ADMIN_PASSWORD'] ?? 'admin'}`)}`)

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp()
    const given = http.getRequest<HttpRequest>().get('authorization') ?? ''
    if (timingSafeEqual(digest(given), this.wanted)) return true
    http.getResponse<HttpResponse>().setHeader('WWW-Authenticate', 'Basic realm="usage", charset="UTF-8"')
    throw new UnauthorizedException()
  }
}

/** Of equal length, whatever was sent. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
