import type { DataSource, EntityMetadata, ObjectLiteral, Repository } from 'typeorm'
import {
  POSITION,
  type CrudStore,
  type EntityShape,
  type PageRequest,
  type Row,
  type Selection,
} from '../index.js'
import { loadRelation, relationPath, type RunQuery } from './includes.js'
import { fieldReader, instanceOf, type FieldReader } from './rows.js'
import { shapeOf } from './shape.js'
import { columnsByName, SELF, Statement } from './statement.js'

/** Reads by statements of its own, made for one page; writes by the repository, so that subscribers hear of it. */
export class TypeOrmStore implements CrudStore {
  readonly shape: EntityShape
  // the usual fields come as the same list each time
  private readonly readers = new WeakMap<readonly string[], FieldReader>()

  /** @param repository of the entity; it takes part in transactions by itself */
  constructor(private readonly repository: Repository<ObjectLiteral>) {
    this.shape = shapeOf(repository.metadata, this.source)
  }

  private get source(): DataSource {
    return this.repository.manager.connection
  }

  private get metadata(): EntityMetadata {
    return this.repository.metadata
  }

  /** Relations that are kept in a table between. */
  private get lists(): readonly string[] {
    const relations = this.metadata.manyToManyRelations.filter(({ isManyToManyOwner }) => isManyToManyOwner)
    return relations.map(({ propertyName }) => propertyName)
  }

  async find(page: PageRequest): Promise<Row[]> {
    return (await this.page(page, false)).rows
  }

  async findCounted(page: PageRequest): Promise<{ rows: Row[]; total: number }> {
    const { rows, total } = await this.page(page, true)
    // behind the last page there is no row to tell it
    return { rows, total: total ?? (page.offset === 0 ? 0 : await this.count(page)) }
  }

  private async page(
    page: PageRequest,
    isCounted: boolean,
  ): Promise<{ rows: Row[]; total: number | undefined }> {
    const { source, metadata } = this
    const statement = new Statement(source)
    // in the same statement: another one would cost as much again on its way. Values are bound in the order of the text
    const count = isCounted ? `, (${this.counting(statement, page)}) AS total` : ''
    const { list, read } = this.reader(page.fields, statement)
    const paths = page.include.map((included) => relationPath(metadata, included))
    const columns = columnsByName(metadata)
    const positions = page.hasPositions === true ? page.sort.map(({ field }) => columns.get(field)!) : []
    const extra = [
      ...paths.map(({ from }, i) => `, ${statement.column(from)} AS r${i}`),
      ...positions.map((column, i) => `, ${statement.dialect.asText(statement.column(column))} AS p${i}`),
    ].join('')
    const { after, sort } = page
    const behind = after && (() => statement.behind(metadata, sort, after))
    const where = statement.where(metadata, page, behind)
    const order = statement.order(metadata, page.sort)
    const limit = ` LIMIT ${statement.bind(page.limit)}${page.offset > 0 ? ` OFFSET ${statement.bind(page.offset)}` : ''}`
    const text = `SELECT ${list}${extra}${count} FROM ${statement.table(metadata)} ${SELF}${where}${order}${limit}`
    const raw = await this.read(text, statement.values)
    const rows = raw.map(read)
    if (positions.length > 0)
      rows.forEach((row, i) =>
        Object.defineProperty(row, POSITION, { value: positions.map((_, j) => String(raw[i]![`p${j}`])) }),
      )
    for (const [i, path] of paths.entries())
      await loadRelation(
        source,
        path,
        rows,
        raw.map((one) => one[`r${i}`]),
        this.read,
      )
    return { rows, total: raw.length === 0 || !isCounted ? undefined : Number(raw[0]!['total']) }
  }

  private async count(selection: Selection): Promise<number> {
    const statement = new Statement(this.source)
    const [row] = await this.read(this.counting(statement, selection), statement.values)
    return Number(row!['total'])
  }

  private counting(statement: Statement, selection: Selection): string {
    const where = statement.where(this.metadata, selection)
    return `SELECT COUNT(*) AS total FROM ${statement.table(this.metadata)} ${SELF}${where}`
  }

  transaction<T>(work: () => Promise<T>): Promise<T> {
    return this.source.transaction(() => work())
  }

  async lock(selection: Selection, limit: number): Promise<Row[]> {
    const statement = new Statement(this.source)
    const { list, read } = this.reader([...this.shape.fields.keys()], statement)
    const where = statement.where(this.metadata, selection)
    // always in the same order: two that lock the same records would wait for each other
    const order = statement.order(this.metadata, [{ field: this.shape.id!.name, isDescending: false }])
    const tail = `${order} LIMIT ${statement.bind(limit)}${statement.dialect.forUpdate}`
    const text = `SELECT ${list} FROM ${statement.table(this.metadata)} ${SELF}${where}${tail}`
    return (await this.source.query<Row[]>(text, statement.values)).map(read)
  }

  async insert(values: readonly Row[]): Promise<readonly unknown[]> {
    const { name, isWritable } = this.shape.id!
    const created = values.map((one) => this.repository.create(this.reduced(one)))
    // save() takes a record with an id for one to change, if it is there: somebody else's, perhaps
    if (isWritable || created.some((one) => one[name] !== undefined)) await this.insertNew(created)
    else await this.repository.save(created)
    return created.map((one) => one[name] as unknown)
  }

  private async insertNew(created: readonly ObjectLiteral[]): Promise<void> {
    await this.repository.insert([...created])
    for (const name of this.lists) {
      for (const one of created) {
        const related = (one[name] ?? []) as ObjectLiteral[]
        if (related.length > 0) await this.repository.createQueryBuilder().relation(name).of(one).add(related)
      }
    }
  }

  async update(changes: readonly Row[]): Promise<void> {
    const Instance = instanceOf(this.metadata)
    const changed = changes.map((one) => Object.assign(new Instance(), this.reduced(one)))
    await this.repository.save(changed, { reload: false })
    await this.touch(changes)
  }

  /** Lists of related records are in a table of their own: changing them leaves the version as it is. */
  private async touch(changes: readonly Row[]): Promise<void> {
    const { name } = this.shape.id!
    const { lists } = this
    const ids = changes.filter((one) => lists.some((list) => one[list] !== undefined)).map((one) => one[name])
    for (const id of ids)
      // typeorm adds the version and the time of the change to whatever is set
      await this.repository
        .createQueryBuilder()
        .update()
        .set({ [name]: id })
        .whereInIds(id)
        .execute()
  }

  async remove(rows: readonly Row[], isSoft: boolean): Promise<void> {
    if (isSoft) await this.repository.softRemove([...rows], { reload: false })
    else await this.repository.remove([...rows])
  }

  async restore(rows: readonly Row[]): Promise<void> {
    await this.repository.recover([...rows], { reload: false })
  }

  private reader(fields: readonly string[], statement: Statement): FieldReader {
    let reader = this.readers.get(fields)
    if (reader === undefined)
      this.readers.set(fields, (reader = fieldReader(this.source, this.metadata, fields, statement)))
    return reader
  }

  /** Reads may go to a replica, outside of transactions. */
  private readonly read: RunQuery = async (text, values) => {
    const runner = this.source.createQueryRunner('slave')
    try {
      return (await runner.query(text, [...values])) as Row[]
    } finally {
      await runner.release()
    }
  }

  /** Relations are written by the key of the related record alone: what else a body says of it changes nothing. */
  private reduced(values: Row): Row {
    const result = { ...values }
    for (const relation of this.metadata.relations) {
      const { propertyName: name } = relation
      const value = result[name]
      if (value === undefined || value === null) continue
      const key = relation.inverseEntityMetadata.primaryColumns[0]!.propertyName
      const referred = (one: unknown): Row => ({
        [key]: typeof one === 'object' && one !== null ? (one as Row)[key] : one,
      })
      result[name] = Array.isArray(value) ? value.map(referred) : referred(value)
    }
    return result
  }
}
