import type { EntityManager } from 'typeorm'
import type { TableInspection } from '../inspection/index.js'
import { isSqlite } from '../options.js'

/**
 * Puts tables in an order in which rows can be written: each after those that it refers to.
 *
 * @param tables all of a database
 */
export function referredFirst(tables: readonly TableInspection[]): TableInspection[] {
  const byName = new Map(tables.map((table) => [table.name, table]))
  const ordered = new Set<TableInspection>()
  const pending = new Set<TableInspection>()
  const place = (table: TableInspection): void => {
    if (pending.has(table)) return
    pending.add(table)
    for (const { table: name } of table.references) {
      const other = byName.get(name)
      if (other !== undefined) place(other)
    }
    ordered.add(table)
  }
  tables.forEach(place)
  return [...ordered]
}

/**
 * Whether tables refer to each other in a circle, so that no order is right. A table that refers to itself alone is none.
 *
 * @param tables all of a database
 */
export function hasCircle(tables: readonly TableInspection[]): boolean {
  const position = new Map(referredFirst(tables).map(({ name }, i) => [name, i]))
  return tables.some((table) =>
    table.references.some((one) => (position.get(one.table) ?? -1) > position.get(table.name)!),
  )
}

/**
 * Works while references are not looked at until the end, or, where that cannot be, not at all.
 *
 * @param manager in a transaction
 * @param isCircular whether the order of the work cannot keep every reference right
 * @param work gets the manager
 */
export async function withoutChecks(
  manager: EntityManager,
  isCircular: boolean,
  work: (manager: EntityManager) => Promise<void>,
): Promise<void> {
  const { type } = manager.dataSource.options
  if (isSqlite(type)) {
    await manager.query('PRAGMA defer_foreign_keys = ON')
    return work(manager)
  }
  if (type === 'mysql' || type === 'mariadb') {
    // InnoDB looks at each row, also in a table that refers to itself; and the setting outlives the transaction
    await manager.query('SET SESSION foreign_key_checks = 0')
    try {
      return await work(manager)
    } finally {
      await manager.query('SET SESSION foreign_key_checks = 1')
    }
  }
  // needs a right that few have: only where there is no other way
  if (isCircular) await manager.query('SET LOCAL session_replication_role = replica')
  return work(manager)
}
