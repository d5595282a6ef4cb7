export { ApiKeyStrategy, type ApiKeyStrategyOptions } from './api-keys/api-key-strategy.js'
export { MemoryApiKeyStore, type ApiKeyRecord, type ApiKeyStore } from './api-keys/api-key-store.js'
export { ApiKeys, type ApiKeyOptions, type IssuedApiKey } from './api-keys/api-keys.js'
export { Attempts, type AttemptsOptions } from './attempts.js'
export { AuthGuard } from './auth-guard.js'
export {
  AuthModule,
  type AuthModuleAsyncOptions,
  type AuthModuleExtras,
  type AuthOptionsFactory,
} from './auth-module.js'
export { AuthenticationGuard } from './authentication-guard.js'
export { BasicStrategy, type BasicOptions, type KnownUser } from './basic-strategy.js'
export {
  BearerStrategy,
  type BearerOptions,
  type RevocationList,
  type TokenVerifier,
} from './bearer/bearer-strategy.js'
export { principalOfClaims } from './bearer/claims.js'
export { JwksVerifier, type AsymmetricAlgorithm, type JwksOptions } from './bearer/jwks-verifier.js'
export {
  MemoryRefreshTokenStore,
  type RefreshLogin,
  type RefreshTokenStore,
} from './bearer/refresh-token-store.js'
export { RefreshTokens, type RefreshTokensOptions, type TokenPair } from './bearer/refresh-tokens.js'
export { TokenRevocations } from './bearer/revocations.js'
export { challenge } from './challenge.js'
export { authorizationFor, credentialsOf, type CredentialSource } from './credentials.js'
export { toSeconds, type Duration } from './duration.js'
export {
  AuthenticationFailed,
  AuthLocked,
  AuthOptionsInvalid,
  AuthUrlRefused,
  CredentialsInvalid,
  DurationInvalid,
  JwtKeyMissing,
  JwtOptionsInvalid,
  OneTimeTokenInvalid,
  PasswordHashInvalid,
  PasswordRefused,
  RefreshTokenInvalid,
  RefreshTokenReused,
  ScopeInsufficient,
  StepUpRequired,
  StrategyUnknown,
  TokenExpired,
  TokenInvalid,
} from './errors.js'
export { JwtGuard } from './jwt-guard.js'
export { JwtModule } from './jwt-module.js'
export { JwtService, type DecodedToken, type JwtPayload } from './jwt-service.js'
export { localPath } from './local-path.js'
export {
  JWT_OPTIONS,
  type JwtAlgorithm,
  type JwtKeyOptions,
  type JwtModuleAsyncOptions,
  type JwtModuleOptions,
  type JwtOptionsFactory,
  type JwtSignOptions,
  type JwtVerifyOptions,
} from './options.js'
export {
  bindingOf,
  browserBinding,
  type CookieReader,
  type CookieWriter,
} from './one-time/browser-binding.js'
export { EmailLogin, type EmailLoginOptions } from './one-time/email-login.js'
export { OneTimeCodes, type OneTimeCodesOptions } from './one-time/one-time-codes.js'
export { OneTimeTokens, type OneTimeOptions } from './one-time/one-time-tokens.js'
export {
  checkUrl,
  isPrivateAddress,
  outboundFetch,
  type OutboundFetch,
  type OutboundOptions,
} from './outbound.js'
export type { Argon2Options } from './passwords/argon2.js'
export { PASSWORD_OPTIONS, PasswordHasher, type PasswordOptions } from './passwords/password-hasher.js'
export {
  EmailVerification,
  type EmailVerificationOptions,
  type VerifiedEmail,
} from './passwords/email-verification.js'
export {
  PasswordLogin,
  type PasswordAccount,
  type PasswordAccounts,
  type PasswordLoginOptions,
} from './passwords/password-login.js'
export { PasswordReset, type PasswordResetOptions } from './passwords/password-reset.js'
export { pwnedPasswords, type PwnedPasswordsOptions } from './passwords/pwned-passwords.js'
export type { ScryptOptions } from './passwords/scrypt.js'
export {
  Authenticated,
  CurrentUser,
  Public,
  publicOn,
  type AuthenticationDemand,
  type AuthenticationPolicy,
} from './policy.js'
export { attachPrincipal, authorizationOf, principalOf, type Principal } from './principal.js'
export { AuthStrategy } from './strategy.js'
export { StrategyRegistry, type AuthOptions, type RouteRule } from './strategy-registry.js'
export { SessionStrategy, type LoggedInSession, type SessionStrategyOptions } from './session-strategy.js'
export {
  tenantFromClaim,
  tenantFromHeader,
  tenantFromHost,
  tenantFromPath,
  type TenantReader,
} from './tenants/tenant-of.js'
export { TenantStrategy, type TenantStrategyOptions } from './tenants/tenant-strategy.js'
