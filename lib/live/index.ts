export { liveDeclarations } from './declarations.js'
export { Invalidates, Live, type LiveDeclaration } from './decorators.js'
export {
  LiveBusy,
  LiveEnded,
  LiveLimitReached,
  LiveMessageInvalid,
  LiveModuleDuplicate,
  LiveModuleMissing,
  LiveOptionInvalid,
  LiveResultUnusable,
  LiveRouteInvalid,
  LiveStopping,
  LiveTimeout,
  LiveUnknown,
} from './errors.js'
export type { LiveErrorData } from './failure.js'
export type { LiveSocket } from './gateway.js'
export { diffJson, type PatchOperation } from './json-diff.js'
export type { LiveKey, LiveKeys } from './keys.js'
export type { LiveAnswer, LiveClient, LiveId } from './live-connection.js'
export type { LiveCaller } from './live-hub.js'
export { LiveQueries, type LiveStatistics } from './live-queries.js'
export {
  LiveModule,
  type LiveModuleAsyncOptions,
  type LiveModuleOptions,
  type LiveWireOptions,
} from './module.js'
export type { LiveOptions } from './options.js'
