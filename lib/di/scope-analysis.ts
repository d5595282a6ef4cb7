import { Scope } from './decorators.js'
import type { ProviderRecord } from './records.js'
import { describeToken } from './tokens.js'

/**
 * Lets request scope bubble up: a record that depends on something request-scoped, however far below, lives for a
 * request itself. Says why in `scopeReason`.
 *
 * @param records all records, linked
 */
export function analyseScopes(records: readonly ProviderRecord[]): void {
  const consumers = new Map<ProviderRecord, ProviderRecord[]>()
  for (const record of records) {
    for (const { target } of record.dependencies) {
      if (target === undefined) continue
      const list = consumers.get(target)
      if (list === undefined) consumers.set(target, [record])
      else list.push(record)
    }
  }
  const pending: ProviderRecord[] = []
  const mark = (record: ProviderRecord, reason: string): void => {
    if (!record.isStatic) return
    record.isStatic = false
    record.scopeReason = reason
    pending.push(record)
  }
  for (const record of consumers.keys())
    if (isRequestScoped(record)) mark(record, 'it is declared with Scope.REQUEST')
  for (const record of records) if (isRequestScoped(record)) mark(record, 'it is declared with Scope.REQUEST')
  // records linked later meet some that are known not to be static
  for (const record of consumers.keys()) if (!record.isStatic) pending.push(record)
  for (let record = pending.pop(); record !== undefined; record = pending.pop()) {
    for (const consumer of consumers.get(record) ?? [])
      mark(consumer, `it needs ${describeToken(record.token)}`)
  }
  analyseDurability(records)
}

/**
 * Decides which trees may be shared by several requests: what is declared durable, and what needs nothing request-scoped
 * but durable things.
 */
function analyseDurability(records: readonly ProviderRecord[]): void {
  const scoped = records.filter((record) => !record.isStatic)
  for (const record of scoped) record.isDurable = record.scope !== Scope.REQUEST || record.durable
  for (let changed = true; changed;) {
    changed = false
    for (const record of scoped) {
      if (!record.isDurable || record.scope === Scope.REQUEST) continue
      const isBroken = record.dependencies.some(
        ({ target }) => target?.isStatic === false && !target.isDurable,
      )
      if (!isBroken) continue
      record.isDurable = false
      changed = true
    }
  }
}

function isRequestScoped(record: ProviderRecord): boolean {
  return record.scope === Scope.REQUEST || record.source.kind === 'request'
}
