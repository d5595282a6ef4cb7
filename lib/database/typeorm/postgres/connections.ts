import type { EventEmitter } from 'node:events'
import type { DataSource, EntityMetadata, ObjectLiteral, Repository } from 'typeorm'
import { ColumnUnknown, PostgresRequired } from './errors.js'

/** A connection of pg, as far as it is used here. */
export interface Client extends EventEmitter {
  query(text: string, values?: readonly unknown[]): Promise<{ readonly rows: Record<string, unknown>[] }>
  query<S extends object>(stream: S): S
  /** @param error ends the connection instead of giving it back */
  release(error?: Error | boolean): void
}

interface Pool {
  connect(): Promise<Client>
  readonly options?: { readonly max?: number }
}

/**
 * Takes a connection out of the pool of a data source, for what typeorm does not do. It is outside of transactions.
 *
 * @param source opened
 * @param purpose for messages
 * @param isKept whether it is kept for long, so that a pool of one would be empty
 * @throws {CorbelError} CORBEL_POSTGRES_REQUIRED
 */
export async function takeConnection(source: DataSource, purpose: string, isKept: boolean): Promise<Client> {
  const pool: unknown = Reflect.get(source.driver, 'master')
  if (
    source.options.type !== 'postgres' ||
    typeof (pool as Partial<Pool> | undefined)?.connect !== 'function'
  )
    throw new PostgresRequired({ purpose, reason: `this one is ${source.options.type}.` })
  const found = pool as Pool
  if (isKept && found.options?.max === 1)
    throw new PostgresRequired({ purpose, reason: 'this one has one, which would be taken from all others.' })
  const client = await found.connect()
  if (!heard.has(client)) {
    heard.add(client)
    client.on('error', ignore)
  }
  return client
}

// a connection that is cut tells of it twice, and without a listener an event of that name would end the process
const heard = new WeakSet<Client>()
function ignore(): void {}

/**
 * The quoted name of a property's column.
 *
 * @param repository of the entity
 * @param property its name
 * @throws {CorbelError} CORBEL_COLUMN_UNKNOWN
 */
export function columnName({ metadata, manager }: Repository<ObjectLiteral>, property: string): string {
  const column = metadata.findColumnWithPropertyName(property)
  if (column === undefined) throw new ColumnUnknown({ entity: metadata.targetName, property })
  return manager.connection.driver.escape(column.databaseName)
}

/** The quoted name of an entity's table. */
export function tableName({ tablePath }: EntityMetadata, { driver }: DataSource): string {
  return tablePath
    .split('.')
    .map((part) => driver.escape(part))
    .join('.')
}

/** Quotes a name for statements that cannot be given parameters. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
