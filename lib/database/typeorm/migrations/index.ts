export { migrationCommand, type MigrationCommandOptions } from './command.js'
export { MigrationNameInvalid, MigrationsLocked, MigrationUnknown } from './errors.js'
export {
  generateMigration,
  schemaDrift,
  type DriftStatement,
  type GeneratedMigration,
  type NewMigration,
  type SchemaDrift,
} from './generate.js'
export { guardMigrations } from './guard.js'
export { MIGRATIONS_WAIT_MS, withMigrationLock } from './lock.js'
export { migrationStatus, revertMigrations, runMigrations, type MigrationStatus } from './status.js'
