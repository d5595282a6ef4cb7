import { Reflector, type AnyDecorator } from '../metadata/index.js'
import { createParamDecorator, type CustomParamDecorator } from '../web/index.js'
import type { EndpointModel, ExecutionContext, Handler } from '../pipeline/index.js'
import type { Class } from '../common/index.js'
import type { Duration } from './duration.js'
import { principalOf } from './principal.js'

/** Whether a guard asks for credentials. */
export type AuthenticationPolicy = 'required' | 'optional' | 'public'

/** What `@Authenticated` asks for. */
export interface AuthenticationDemand {
  /** Nobody has to be logged in, but wrong credentials are refused all the same. Default false. */
  readonly optional?: boolean
  /** The strategies that count, tried in this order. By default those of `AuthModule`. */
  readonly strategy?: string | readonly string[]
  /** What the credential must be good for, all of it: 403 otherwise. Principals without a list of scopes pass. */
  readonly scopes?: readonly string[]
  /** Ways of RFC 8176 (`otp`, `hwk` …) of which the principal must have shown all: 401 that asks for them otherwise. */
  readonly factors?: readonly string[]
  /** How long ago the principal may have shown who he is: 401 that asks him to do it again otherwise. */
  readonly maxAge?: Duration
}

/** A demand together with its policy. */
export interface DeclaredDemand extends Omit<AuthenticationDemand, 'optional'> {
  readonly policy: AuthenticationPolicy
}

const Demand = Reflector.createDecorator<DeclaredDemand>({ key: 'corbel:authentication' })
const reflector = new Reflector()

/** Lets everybody in, without looking at credentials. On a method it overrides the class, and the other way round for `@Authenticated`. */
export function Public(): AnyDecorator {
  return Demand({ policy: 'public' })
}

/**
 * Asks for credentials, where the class (or a wider rule) does not, or for more than it does.
 *
 * @param demand the name of a strategy, several, or `AuthenticationDemand`
 * @example
 * @Authenticated('api-key')
 * @Authenticated({ factors: ['otp'], maxAge: '10m' })
 */
export function Authenticated(demand: string | readonly string[] | AuthenticationDemand = {}): AnyDecorator {
  const { optional = false, ...rest } = isNames(demand) ? { strategy: demand } : demand
  return Demand({ policy: optional ? 'optional' : 'required', ...rest })
}

function isNames(
  demand: string | readonly string[] | AuthenticationDemand,
): demand is string | readonly string[] {
  return typeof demand === 'string' || Array.isArray(demand)
}

/**
 * What is asked of callers: by the method, else by the class.
 *
 * @param handler the method
 * @param owner its class
 * @returns undefined where neither says anything
 */
export function demandOf(handler: Handler, owner: Class): DeclaredDemand | undefined {
  return reflector.getAllAndOverride<DeclaredDemand | undefined>(Demand, [handler, owner])
}

/**
 * As `demandOf`, of an endpoint: for documents and checks at boot.
 *
 * @param endpoint the endpoint
 */
export function declaredDemand({
  owner,
  member,
}: Pick<EndpointModel, 'owner' | 'member'>): DeclaredDemand | undefined {
  return demandOf((owner.prototype as Record<PropertyKey, Handler>)[member]!, owner)
}

/**
 * The policy of a call: that of the method, else that of the class.
 *
 * @param context the call
 * @param fallback where neither says anything
 */
export function policyOf(context: ExecutionContext, fallback: AuthenticationPolicy): AuthenticationPolicy {
  return demandOf(context.getHandler(), context.getClass())?.policy ?? fallback
}

/**
 * As `policyOf`, of an endpoint: for documents.
 *
 * @param endpoint the endpoint
 * @param fallback where neither says anything
 */
export function declaredPolicy(
  endpoint: Pick<EndpointModel, 'owner' | 'member'>,
  fallback: AuthenticationPolicy,
): AuthenticationPolicy {
  return declaredDemand(endpoint)?.policy ?? fallback
}

/**
 * Where an endpoint is declared `@Public()`: on its method, or on its class where the method says nothing else.
 *
 * @param endpoint the endpoint
 * @returns undefined if it is not
 */
export function publicOn({
  owner,
  member,
}: Pick<EndpointModel, 'owner' | 'member'>): 'method' | 'class' | undefined {
  const handler = (owner.prototype as Record<PropertyKey, Handler>)[member]!
  const ofMethod = reflector.get<DeclaredDemand | undefined>(Demand, handler)
  if (ofMethod !== undefined) return ofMethod.policy === 'public' ? 'method' : undefined
  return reflector.get<DeclaredDemand | undefined>(Demand, owner)?.policy === 'public' ? 'class' : undefined
}

/**
 * Who makes the call, or one property of it; undefined if nobody is logged in.
 *
 * @example
 * @Get('me') me(@CurrentUser() user: Principal) { return user }
 */
export const CurrentUser: CustomParamDecorator<string | undefined> = createParamDecorator(
  (property: string | undefined, context) => {
    const principal = principalOf(context)
    if (property === undefined || typeof principal !== 'object' || principal === null) return principal
    return Reflect.get(principal, property) as unknown
  },
)
