import type { EntitySchema } from 'typeorm'
import { loadTypeOrm } from '../packages.js'

/** One value of the cache. */
export interface CacheRow {
  /** The SHA-256 of the key: keys have any length, columns have not. */
  readonly id: string
  /** JSON. */
  readonly value: string
  /** Milliseconds since 1970; null for never. PostgreSQL and MariaDB give text. */
  readonly expiresAt: number | string | null
  /** Another one with every write: what has changed meanwhile is known by it. */
  readonly stamp: string
}

/** One session. */
export interface SessionRow {
  readonly id: string
  readonly subject: string | null
  /** JSON. */
  readonly data: string
  readonly createdAt: number | string
  readonly expiresAt: number | string
  readonly version: number
}

/** The tables of the stores, for migrations and for `entities`. */
export interface StoreEntities {
  readonly cache: EntitySchema<CacheRow>
  readonly sessions: EntitySchema<SessionRow>
}

let made: StoreEntities | undefined

/**
 * The tables `corbel_cache` and `corbel_sessions`.
 *
 * @throws {CorbelError} CORBEL_PACKAGE_MISSING
 */
export function storeEntities(): StoreEntities {
  return (made ??= makeEntities())
}

function makeEntities(): StoreEntities {
  const { EntitySchema: Schema } = loadTypeOrm()
  const id = { type: 'varchar', length: 64, primary: true } as const
  return {
    cache: new Schema<CacheRow>({
      name: 'CorbelCache',
      tableName: 'corbel_cache',
      columns: {
        id,
        value: { type: 'text' },
        expiresAt: { name: 'expires_at', type: 'bigint', nullable: true },
        stamp: { type: 'varchar', length: 24 },
      },
      indices: [{ name: 'corbel_cache_expires', columns: ['expiresAt'] }],
    }),
    sessions: new Schema<SessionRow>({
      name: 'CorbelSession',
      tableName: 'corbel_sessions',
      columns: {
        id,
        subject: { type: 'varchar', length: 255, nullable: true },
        data: { type: 'text' },
        createdAt: { name: 'created_at', type: 'bigint' },
        expiresAt: { name: 'expires_at', type: 'bigint' },
        version: { type: 'int' },
      },
      indices: [
        { name: 'corbel_sessions_subject', columns: ['subject'] },
        { name: 'corbel_sessions_expires', columns: ['expiresAt'] },
      ],
    }),
  }
}
