export {
  AUDIT_LOG,
  ConsoleAuditLog,
  MemoryAuditLog,
  recordAudit,
  type AuditEvent,
  type AuditLog,
} from './audit-log.js'
export { AFTER_COMMIT, ENTITY_WRITES, type AfterCommit, type EntityWritesListener } from './entity-writes.js'
export { BoundedMap, type BoundedMapOptions, type MemoryBounds } from './bounded-map.js'
export { CACHE, MemoryCache, type Cache } from './cache.js'
export { MemoryRateLimitStore } from './memory-rate-limit-store.js'
export {
  RATE_LIMIT_STORE,
  type RateLimitAlgorithm,
  type RateLimitQuota,
  type RateLimitState,
  type RateLimitStore,
} from './rate-limit-store.js'
export { MemorySessionStore, SESSION_STORE, type SessionRecord, type SessionStore } from './session-store.js'
