export {
  SessionConflict,
  SessionOptionsInvalid,
  SessionSecretMissing,
  SessionStoreNeeded,
  SessionTransport,
} from './errors.js'
export { SessionModule } from './module.js'
export {
  SESSION_OPTIONS,
  type SessionCookieOptions,
  type SessionModuleAsyncOptions,
  type SessionModuleOptions,
} from './options.js'
export { HttpSession } from './session.js'
export { Sessions } from './sessions.js'
export { UseSession } from './use-session.js'
