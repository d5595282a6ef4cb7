import type { DataSource, EntityMetadata } from 'typeorm'
import type { Row } from '../index.js'
import type { Statement } from './statement.js'
import { columnsByName } from './statement.js'

/** Reads some fields of an entity. */
export interface FieldReader {
  /** What stands between SELECT and FROM. */
  readonly list: string
  /** Makes an instance of the entity of what the database gives. */
  read(raw: Row): Row
}

const IDENTICAL = /^(?:varchar|character|char|text|uuid|int|integer|smallint|bigint|numeric|decimal)/

/**
 * Compiles the reading of some fields: values go straight from the driver's row into the instance.
 *
 * @param source of the entity
 * @param metadata of the entity
 * @param fields names of its properties
 * @param statement writes names
 */
export function fieldReader(
  { driver }: DataSource,
  metadata: EntityMetadata,
  fields: readonly string[],
  statement: Statement,
): FieldReader {
  const columns = fields.map((field) => columnsByName(metadata).get(field)!)
  const aliases = fields.map((_, i) => `c${i}`)
  // asked once: most values are what they are
  const converters = columns.map((column) => {
    const isSame =
      column.transformer === undefined &&
      !column.isArray &&
      IDENTICAL.test(driver.normalizeType(column)) &&
      column.type !== Boolean &&
      column.type !== 'boolean' &&
      column.enum === undefined
    return isSame
      ? undefined
      : (value: unknown): unknown => driver.prepareHydratedValue(value, column) as unknown
  })
  const Instance = instanceOf(metadata)
  return {
    list: columns.map((column, i) => `${statement.column(column)} AS ${aliases[i]}`).join(', '),
    read(raw) {
      const row = new Instance()
      for (let i = 0; i < fields.length; i++) {
        const value = raw[aliases[i]!]
        const convert = converters[i]
        row[fields[i]!] = convert === undefined ? value : convert(value)
      }
      return row
    },
  }
}

/** Makes instances without running the constructor: its defaults are not what the database has. */
export function instanceOf({ target }: EntityMetadata): new () => Row {
  function Instance(): void {}
  if (typeof target === 'function') Instance.prototype = target.prototype as object
  return Instance as unknown as new () => Row
}
