export { StaticOptionsInvalid, StaticRootMissing } from './errors.js'
export { StaticModule, type StaticModuleAsyncOptions, type StaticRoots } from './module.js'
export type { StaticCacheOptions, StaticFileInfo, StaticOptions } from './options.js'
