export { arrayHasAll, arrayHasAny, jsonContains, jsonMatches } from './conditions.js'
export { copyIn, copyOut } from './copy.js'
export { ColumnUnknown, MessageTooLarge, PostgresRequired, VectorInvalid } from './errors.js'
export { PostgresLock } from './lock.js'
export { PostgresPubSub } from './pub-sub.js'
export { asTenant, rowSecurity, type RowSecurityOptions } from './row-security.js'
export {
  fullText,
  SearchColumn,
  type FullTextOptions,
  type Match,
  type SearchColumnOptions,
  type SearchWeight,
} from './search.js'
export {
  nearest,
  VectorColumn,
  vectorIndex,
  type NearestOptions,
  type Neighbour,
  type VectorColumnOptions,
  type VectorDistance,
  type VectorIndexOptions,
} from './vectors.js'
