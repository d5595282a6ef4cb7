import type { MaybePromise } from '../common/index.js'
import { InjectionToken, type FactoryDependency, type ModuleImport } from '../di/index.js'
import type { RoleDefinitions } from './grants.js'

/** Whose roles and permissions somebody has. */
export interface HeldRights {
  readonly roles?: readonly string[] | undefined
  readonly permissions?: readonly string[] | undefined
}

/** The options of `AuthorizationModule.forRoot`. */
export interface AuthorizationOptions {
  /**
   * All roles, with what they include and permit. Where they are given, `@Roles` may name no others. By default roles are
   * names that mean nothing but themselves.
   */
  readonly roles?: RoleDefinitions
  /** True to refuse calls of endpoints that carry no rule at all. Default false. */
  readonly denyByDefault?: boolean
  /** Whether clients are told why something was refused. Default: only if NODE_ENV is `development`. */
  readonly explain?: boolean
  /** What is written to the audit log, where the application provides one: refusals, or every decision. Default `'denied'`. */
  readonly audit?: 'denied' | 'all'
  /**
   * Reads roles and permissions of who makes a call, where a guard of the application's own has put something else than a
   * `Principal` there. By default its members `roles` and `permissions`, as far as they are lists of text.
   */
  readonly rightsOf?: (caller: unknown) => HeldRights
}

/** The options of `AuthorizationModule.forRootAsync`. */
export interface AuthorizationAsyncOptions {
  readonly imports?: readonly ModuleImport[]
  // eslint-disable-next-line typescript/no-explicit-any -- the arguments are what `inject` names
  readonly useFactory: (...args: any[]) => MaybePromise<AuthorizationOptions>
  readonly inject?: readonly FactoryDependency[]
}

/** The options as they were given. */
export const AUTHORIZATION_OPTIONS = new InjectionToken<AuthorizationOptions>('AUTHORIZATION_OPTIONS')

/**
 * The roles and permissions of a `Principal`, or of anything with members of those names. What is no list of text counts
 * for nothing.
 *
 * @param caller who makes the call
 */
export function memberRights(caller: unknown): HeldRights {
  if (typeof caller !== 'object' || caller === null) return {}
  const { roles, permissions } = caller as Readonly<Record<string, unknown>>
  return { roles: texts(roles), permissions: texts(permissions) }
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}
