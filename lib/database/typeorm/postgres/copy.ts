import { createRequire } from 'node:module'
import { Readable, type Duplex, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ObjectLiteral, Repository } from 'typeorm'
import { explainMissingPackage } from '../../../common/index.js'
import { columnName, tableName, takeConnection } from './connections.js'
import { copyText } from './copy-text.js'

interface CopyStreams {
  from(text: string): Writable & { rowCount: number }
  to(text: string): Duplex
}

const require = createRequire(import.meta.url)

function copyStreams(): CopyStreams {
  try {
    return require('pg-copy-streams') as CopyStreams
  } catch (error) {
    throw explainMissingPackage(error, 'pg-copy-streams', 'COPY')
  }
}

/**
 * Writes many rows at once by COPY, as fast as they come: they are never all in memory. All or none; not part of a
 * transaction around it, and no subscriber hears of it.
 *
 * @param repository of the entity
 * @param properties that the rows have; the others get their defaults
 * @param rows objects with these properties
 * @returns how many were written
 * @throws {CorbelError} CORBEL_PACKAGE_MISSING, CORBEL_POSTGRES_REQUIRED, CORBEL_COLUMN_UNKNOWN
 */
export async function copyIn<T extends ObjectLiteral>(
  repository: Repository<T>,
  properties: readonly (keyof T & string)[],
  rows: Iterable<Partial<T>> | AsyncIterable<Partial<T>>,
): Promise<number> {
  const source = repository.manager.connection
  const plain = repository as unknown as Repository<ObjectLiteral>
  const names = properties.map((property) => columnName(plain, property)).join(', ')
  const columns = properties.map((property) => repository.metadata.findColumnWithPropertyName(property)!)
  const client = await takeConnection(source, 'COPY', false)
  try {
    const target = client.query(
      copyStreams().from(`COPY ${tableName(repository.metadata, source)} (${names}) FROM STDIN`),
    )
    const lines = async function* (): AsyncGenerator<string> {
      for await (const row of rows) {
        const values = columns.map((column, i) =>
          copyText(source.driver.preparePersistentValue(row[properties[i]!], column)),
        )
        yield `${values.join('\t')}\n`
      }
    }
    await pipeline(Readable.from(lines()), target)
    client.release()
    return target.rowCount
  } catch (error) {
    // in the middle of a COPY a connection is of no use to others
    client.release(true)
    throw error
  }
}

/**
 * Reads a table as CSV, as fast as it is taken.
 *
 * @param repository of the entity
 * @param properties the columns, in this order
 * @returns bytes; destroying the stream ends the reading
 * @throws {CorbelError} CORBEL_PACKAGE_MISSING, CORBEL_POSTGRES_REQUIRED, CORBEL_COLUMN_UNKNOWN
 */
export async function copyOut<T extends ObjectLiteral>(
  repository: Repository<T>,
  properties: readonly (keyof T & string)[],
): Promise<Readable> {
  const source = repository.manager.connection
  const plain = repository as unknown as Repository<ObjectLiteral>
  const names = properties.map((property) => columnName(plain, property)).join(', ')
  const client = await takeConnection(source, 'COPY', false)
  const table = tableName(repository.metadata, source)
  const stream = client.query(
    copyStreams().to(`COPY ${table} (${names}) TO STDOUT WITH (FORMAT csv, HEADER)`),
  )
  let isWhole = false
  stream.once('end', () => (isWhole = true))
  stream.once('error', () => undefined)
  stream.once('close', () => client.release(!isWhole))
  return stream
}
