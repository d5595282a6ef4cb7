export type { CacheControlOptions } from './cache-control.js'
export { CacheControl, Conditional, ETag, type StateOf, type TagStrength } from './decorators.js'
export { EntityTagInvalid, PreconditionRequired } from './errors.js'
export { conditionalFeature } from './feature.js'
export {
  assertPreconditions,
  type PreconditionOptions,
  type RequestFields,
  type ResourceState,
} from './state.js'
