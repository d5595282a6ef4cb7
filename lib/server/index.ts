export type { BoundAddress, ListenOptions, ServerEngine } from './engine.js'
export { createH1Server, DEFAULT_LIMITS, type H1Limits, type H1Options, type H1Server } from './h1/index.js'
export { ListenAddressInUse, ListenDenied, ListenFailed } from './listener.js'
