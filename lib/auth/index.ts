export { AuthGuard } from './auth-guard.js'
export { challenge } from './challenge.js'
export { toSeconds, type Duration } from './duration.js'
export {
  AuthenticationFailed,
  DurationInvalid,
  JwtKeyMissing,
  JwtOptionsInvalid,
  PasswordHashInvalid,
  TokenExpired,
  TokenInvalid,
} from './errors.js'
export { JwtGuard } from './jwt-guard.js'
export { JwtModule } from './jwt-module.js'
export { JwtService, type DecodedToken, type JwtPayload } from './jwt-service.js'
export {
  JWT_OPTIONS,
  type JwtAlgorithm,
  type JwtModuleAsyncOptions,
  type JwtModuleOptions,
  type JwtOptionsFactory,
  type JwtSignOptions,
  type JwtVerifyOptions,
} from './options.js'
export { PASSWORD_OPTIONS, PasswordHasher, type PasswordOptions } from './password-hasher.js'
export { Authenticated, CurrentUser, Public, type AuthenticationPolicy } from './policy.js'
export { attachPrincipal, authorizationOf, principalOf } from './principal.js'
