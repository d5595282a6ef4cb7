import { Reflector, type AnyDecorator } from '../metadata/index.js'
import { createParamDecorator, type CustomParamDecorator } from '../web/index.js'
import type { ExecutionContext } from '../pipeline/index.js'
import { principalOf } from './principal.js'

/** Whether a guard asks for credentials. */
export type AuthenticationPolicy = 'required' | 'optional' | 'public'

const Policy = Reflector.createDecorator<AuthenticationPolicy>({ key: 'corbel:authentication' })
const reflector = new Reflector()

/** Lets everybody in, without looking at credentials. On a method it overrides the class, and the other way round for `@Authenticated`. */
export function Public(): AnyDecorator {
  return Policy('public')
}

/**
 * Asks for credentials, where the class (or a wider rule) does not.
 *
 * @param options `optional`: nobody has to be logged in, but wrong credentials are refused all the same
 */
export function Authenticated(options: { readonly optional?: boolean } = {}): AnyDecorator {
  return Policy(options.optional === true ? 'optional' : 'required')
}

/**
 * The policy of a call: that of the method, else that of the class.
 *
 * @param context the call
 * @param fallback where neither says anything
 */
export function policyOf(context: ExecutionContext, fallback: AuthenticationPolicy): AuthenticationPolicy {
  const declared = reflector.getAllAndOverride<AuthenticationPolicy | undefined>(Policy, [
    context.getHandler(),
    context.getClass(),
  ])
  return declared ?? fallback
}

/**
 * Who makes the call, or one property of it; undefined if nobody is logged in.
 *
 * @example
 * @Get('me') me(@CurrentUser() user: User) { return user }
 */
export const CurrentUser: CustomParamDecorator<string | undefined> = createParamDecorator(
  (property: string | undefined, context) => {
    const principal = principalOf(context)
    if (property === undefined || typeof principal !== 'object' || principal === null) return principal
    return Reflect.get(principal, property) as unknown
  },
)
