import {
  Describes,
  Injectable,
  Reflector,
  type CanActivate,
  type ExecutionContext,
  type HttpRequest,
} from 'corbel'

/** The roles that may call a handler; everyone may if it has none. */
export const Roles = Reflector.createDecorator<string[]>()

/** Compares the role that the request claims (a real application would take it from a token) with `@Roles`. */
@Injectable()
@Describes({ responses: { 403: 'The role is another.' } })
export class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const roles = this.reflector.getAllAndOverride(Roles, [context.getHandler(), context.getClass()])
    if (roles === undefined) return true
    const role = context.switchToHttp().getRequest<HttpRequest>().get('x-role')
    return role !== undefined && roles.includes(role)
  }
}
