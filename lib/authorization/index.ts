export { Authorizer } from './authorizer.js'
export { allow, deny, hide, type Decision } from './decision.js'
export { Can, Permissions, Resource, Roles, Unrestricted, type CanOptions } from './decorators.js'
export {
  AccessDenied,
  AuthorizationInvalid,
  LoginRequired,
  PolicyInvalid,
  PolicyUnknown,
  ResourceNotFound,
} from './errors.js'
export { VisibleTo, type Visibility } from './fields.js'
export { covers, type Grants, type RoleDefinition, type RoleDefinitions } from './grants.js'
export { AuthorizationModule } from './module.js'
export {
  AUTHORIZATION_OPTIONS,
  type AuthorizationAsyncOptions,
  type AuthorizationOptions,
  type HeldRights,
} from './options.js'
export { isOwner } from './ownership.js'
export { Policy, type PolicyHooks, type PolicyOptions } from './policy.js'
