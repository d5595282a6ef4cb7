import type { EntityMetadata, EntitySubscriberInterface, QueryRunner } from 'typeorm'
import type { EntityWritesListener } from '../../core/index.js'

interface RowEvent {
  readonly queryRunner: QueryRunner
  readonly metadata: EntityMetadata
}

/**
 * Hears of the rows that a data source writes, and tells which entities those are once they are committed. Statements that are
 * written by hand (`query()`) are not heard of.
 */
export class CommittedWrites implements EntitySubscriberInterface {
  /** What was written in transactions that are open. */
  private readonly open = new WeakMap<QueryRunner, Set<string>>()

  /** @param listeners told of each transaction, or of each statement outside of one */
  constructor(private readonly listeners: readonly EntityWritesListener[]) {}

  afterInsert(event: RowEvent): void {
    this.note(event)
  }

  afterUpdate(event: RowEvent): void {
    this.note(event)
  }

  afterRemove(event: RowEvent): void {
    this.note(event)
  }

  afterSoftRemove(event: RowEvent): void {
    this.note(event)
  }

  afterRecover(event: RowEvent): void {
    this.note(event)
  }

  afterTransactionCommit({ queryRunner }: { readonly queryRunner: QueryRunner }): void {
    // the end of a savepoint makes nothing last
    if (queryRunner.isTransactionActive) return
    const written = this.open.get(queryRunner)
    this.open.delete(queryRunner)
    if (written !== undefined) this.tell([...written])
  }

  afterTransactionRollback({ queryRunner }: { readonly queryRunner: QueryRunner }): void {
    if (!queryRunner.isTransactionActive) this.open.delete(queryRunner)
  }

  private note({ queryRunner, metadata }: RowEvent): void {
    const names = namesOf(metadata)
    if (!queryRunner.isTransactionActive) return this.tell(names)
    const written = this.open.get(queryRunner)
    if (written === undefined) this.open.set(queryRunner, new Set(names))
    else for (const name of names) written.add(name)
  }

  private tell(names: readonly string[]): void {
    for (const listener of this.listeners) listener(names)
  }
}

/** The entity and those that it is derived from; of a table between two entities, both. */
function namesOf(metadata: EntityMetadata): readonly string[] {
  if (metadata.isJunction)
    return metadata.foreignKeys.flatMap(({ referencedEntityMetadata }) => namesOf(referencedEntityMetadata))
  const classes = metadata.inheritanceTree.map((type) => (type as { readonly name: string }).name)
  return [...new Set([metadata.name, ...classes])]
}
