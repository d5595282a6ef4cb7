import type { DataSource, EntityMetadata } from 'typeorm'
import type { IncludedRelation, Row } from '../index.js'
import { fieldReader } from './rows.js'
import { fieldColumns, type Column, type Relation } from './shape.js'
import { SELF, Statement } from './statement.js'

/** Runs a statement. */
export type RunQuery = (text: string, values: readonly unknown[]) => Promise<Row[]>

/** A relation as it is loaded: which column of the page's rows leads to which column of the others. */
export interface RelationPath {
  readonly included: IncludedRelation
  readonly isMany: boolean
  /** Of the entity's own table: its values are what is looked for. */
  readonly from: Column
  readonly target: EntityMetadata
  /** Of the target's table, or of the table between. */
  readonly to: Column
  readonly between:
    { readonly table: EntityMetadata; readonly column: Column; readonly referenced: Column } | undefined
}

/**
 * Finds the way to related records.
 *
 * @param metadata of the entity
 * @param included one of its relations
 */
export function relationPath(metadata: EntityMetadata, included: IncludedRelation): RelationPath {
  const relation = metadata.relations.find(({ propertyName }) => propertyName === included.name)!
  const target = relation.inverseEntityMetadata
  if (relation.isManyToMany) return { ...throughJunction(relation), included, isMany: true, target }
  if (relation.isOwning) {
    const [from] = relation.joinColumns
    return { included, isMany: false, from: from!, target, to: from!.referencedColumn!, between: undefined }
  }
  const [to] = relation.inverseRelation!.joinColumns
  return {
    included,
    isMany: relation.isOneToMany,
    from: to!.referencedColumn!,
    target,
    to: to!,
    between: undefined,
  }
}

function throughJunction(relation: Relation): Pick<RelationPath, 'from' | 'to' | 'between'> {
  const table = relation.junctionEntityMetadata!
  const [owner, inverse] = [table.ownerColumns[0]!, table.inverseColumns[0]!]
  const [own, other] = relation.isOwning ? [owner, inverse] : [inverse, owner]
  return {
    from: own.referencedColumn!,
    to: own,
    between: { table, column: other, referenced: other.referencedColumn! },
  }
}

/**
 * Loads the related records of all rows in one query, and puts them into the rows.
 *
 * @param source of the entity
 * @param path to them
 * @param rows of the page
 * @param keys what each row has in the path's first column
 * @param run asks the database
 */
export async function loadRelation(
  source: DataSource,
  path: RelationPath,
  rows: readonly Row[],
  keys: readonly unknown[],
  run: RunQuery,
): Promise<void> {
  const { included, isMany } = path
  const wanted = [...new Map(keys.map((key) => [String(key), key])).values()].filter(
    (key) => key !== null && key !== undefined,
  )
  const found = new Map<string, Row[]>()
  if (wanted.length > 0) {
    const { text, values, read } = relationQuery(source, path, wanted)
    for (const raw of await run(text, values)) {
      const key = String(raw['k'])
      const list = found.get(key)
      if (list === undefined) found.set(key, [read(raw)])
      else list.push(read(raw))
    }
  }
  rows.forEach((row, i) => {
    const related = found.get(String(keys[i])) ?? []
    row[included.name] = isMany ? related : (related[0] ?? null)
  })
}

function relationQuery(source: DataSource, path: RelationPath, keys: readonly unknown[]) {
  const { target, to, between, included, isMany } = path
  const statement = new Statement(source)
  const names =
    included.fields ??
    fieldColumns(target)
      .filter(({ isSelect }) => isSelect)
      .map((one) => one.propertyName)
  const { list, read } = fieldReader(source, target, names, statement)
  const key = statement.column(to, between === undefined ? SELF : 'j')
  const join =
    between === undefined
      ? ''
      : ` INNER JOIN ${statement.table(between.table)} j ON ${statement.column(between.column, 'j')} = ${statement.column(between.referenced)}`
  const from = ` FROM ${statement.table(target)} ${SELF}${join}`
  const where = statement.where(target, { where: [], removed: 'without' }, () => statement.within(key, keys))
  if (!isMany) return { text: `SELECT ${list}, ${key} AS k${from}${where}`, values: statement.values, read }
  const order = target.primaryColumns.map((column) => statement.column(column)).join(', ')
  const numbered = `ROW_NUMBER() OVER (PARTITION BY ${key} ORDER BY ${order}) AS n`
  const inner = `SELECT ${list}, ${key} AS k, ${numbered}${from}${where}`
  const text = `SELECT * FROM (${inner}) r WHERE n <= ${statement.bind(included.limit)} ORDER BY n`
  return { text, values: statement.values, read }
}
