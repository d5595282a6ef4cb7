export {
  ListenAddressInUse,
  ListenDenied,
  ListenFailed,
  ListenOptionsInvalid,
  SocketNotPassed,
} from './errors.js'
export { FailureLog } from './failure-log.js'
export { Listeners, type ListenersHost } from './listeners.js'
export { urlOf } from './url.js'
