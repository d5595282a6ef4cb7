import { defineError } from '../../../common/index.js'

/** Another process has been migrating for too long. */
export const MigrationsLocked = defineError<{ wait: number }>(
  'CORBEL_MIGRATIONS_LOCKED',
  'Another process has been migrating the database for more than {wait} ms. Wait for it, or end it; if its migrations take ' +
    'that long, set migrationsWait in the options of TypeOrmModule.',
)

/** A migration that was run, and is not in the program any more. */
export const MigrationUnknown = defineError<{ migration: string }>(
  'CORBEL_MIGRATION_UNKNOWN',
  'The migration {migration} was run on this database, but the data source does not list it: revert it with the version of the ' +
    'program that has it.',
)

/** A name that a migration cannot have. */
export const MigrationNameInvalid = defineError<{ name: string }>(
  'CORBEL_MIGRATION_NAME',
  'A migration cannot be called "{name}": use letters, digits, hyphens and underscores, beginning with a letter ("add-prices").',
)
