import { Injectable, type CanActivate, type ExecutionContext } from 'corbel'
import { principalOf, type Principal } from 'corbel/auth'

/** Lets those in who look after the chat. */
@Injectable()
export class Moderators implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const principal = principalOf(context) as Principal | undefined
    return principal?.roles?.includes('moderator') === true
  }
}
