import type { DataSource, EntityMetadata } from 'typeorm'
import type { Condition, SearchTerm, Selection, SortKey } from '../index.js'
import { dialectOf, type Dialect } from './dialect.js'
import type { Column } from './shape.js'

/** Names of tables in statements. */
export const SELF = 't'

/** Puts a statement together. Names come from the entity's metadata, values are only ever bound. */
export class Statement {
  /** The values, in the order of their placeholders. */
  readonly values: unknown[] = []
  readonly dialect: Dialect

  /** @param source whose SQL is written */
  constructor(private readonly source: DataSource) {
    this.dialect = dialectOf(source.options.type)
  }

  /** Binds a value. @returns its placeholder */
  bind(value: unknown): string {
    return this.dialect.placeholder(this.values.push(value))
  }

  /** Binds a value of a column as the column stores it. */
  bindFor(column: Column, value: unknown): string {
    return this.bind(this.source.driver.preparePersistentValue(value, column))
  }

  /** A column of a table. */
  column({ databaseName }: Column, table: string = SELF): string {
    return `${table}.${this.source.driver.escape(databaseName)}`
  }

  /** The table of an entity. */
  table({ tablePath }: EntityMetadata): string {
    return tablePath
      .split('.')
      .map((name) => this.source.driver.escape(name))
      .join('.')
  }

  /** `column IN (…)`, of at least no value. */
  within(column: string, values: readonly unknown[]): string {
    return values.length === 0
      ? '1 = 0'
      : `${column} IN (${values.map((value) => this.bind(value)).join(', ')})`
  }

  /**
   * The conditions of a selection, with ` WHERE ` in front; empty for none.
   *
   * @param more writes another one; called in its turn, since placeholders follow the order of the text
   */
  where(metadata: EntityMetadata, { where, search, removed }: Selection, more?: () => string): string {
    const columns = columnsByName(metadata)
    const all = [
      ...this.always(metadata),
      ...where.map((one) => this.condition(columns.get(one.field)!, one)),
      ...(search === undefined ? [] : [this.search(columns, search)]),
      ...(more === undefined ? [] : [more()]),
    ]
    const removedAt = metadata.deleteDateColumn
    if (removedAt !== undefined && removed !== 'with')
      all.push(`${this.column(removedAt)} IS ${removed === 'only' ? 'NOT ' : ''}NULL`)
    return all.length === 0 ? '' : ` WHERE ${all.join(' AND ')}`
  }

  /** What tells entities of one table apart. */
  private always(metadata: EntityMetadata): readonly string[] {
    const { discriminatorColumn, parentEntityMetadata, childEntityMetadatas, discriminatorValue } = metadata
    if (discriminatorColumn === undefined || parentEntityMetadata === undefined) return []
    const values = [discriminatorValue, ...childEntityMetadatas.map((child) => child.discriminatorValue)]
    return [this.within(this.column(discriminatorColumn), values)]
  }

  private condition(column: Column, { operator, values }: Condition): string {
    const name = this.column(column)
    const bound = (value: unknown): string => this.bindFor(column, value)
    const list = (): string => (values.length === 0 ? '' : values.map(bound).join(', '))
    // NULL is not equal to anything, and here that means: different
    const orNull = (text: string): string => (column.isNullable ? `(${text} OR ${name} IS NULL)` : text)
    switch (operator) {
      case 'eq':
        return `${name} = ${bound(values[0])}`
      case 'ne':
        return orNull(`${name} <> ${bound(values[0])}`)
      case 'gt':
        return `${name} > ${bound(values[0])}`
      case 'gte':
        return `${name} >= ${bound(values[0])}`
      case 'lt':
        return `${name} < ${bound(values[0])}`
      case 'lte':
        return `${name} <= ${bound(values[0])}`
      case 'in':
        return values.length === 0 ? '1 = 0' : `${name} IN (${list()})`
      case 'nin':
        return values.length === 0 ? '1 = 1' : orNull(`${name} NOT IN (${list()})`)
      case 'between':
        return `${name} BETWEEN ${bound(values[0])} AND ${bound(values[1])}`
      case 'null':
        return `${name} IS ${values[0] === true ? '' : 'NOT '}NULL`
      case 'like':
        return this.dialect.like(name, this.bind(this.dialect.pattern(patternOf(String(values[0])))))
      case 'ilike':
        return this.dialect.ilike(name, this.bind(patternOf(String(values[0]))))
      default:
        return operator satisfies never
    }
  }

  private search(columns: ReadonlyMap<string, Column>, { fields, term }: SearchTerm): string {
    const pattern = `%${escapeLike(term)}%`
    const parts = fields.map((field) =>
      this.dialect.ilike(this.column(columns.get(field)!), this.bind(pattern)),
    )
    return `(${parts.join(' OR ')})`
  }

  /** Rows behind a position: `a > 1 OR (a = 1 AND b > 2)`. */
  behind(metadata: EntityMetadata, sort: readonly SortKey[], position: readonly unknown[]): string {
    const columns = columnsByName(metadata)
    const parts = sort.map(({ isDescending }, i) => {
      const equal = sort
        .slice(0, i)
        .map(({ field }, j) => this.compared(columns.get(field)!, '=', position[j]))
      return [
        ...equal,
        this.compared(columns.get(sort[i]!.field)!, isDescending ? '<' : '>', position[i]),
      ].join(' AND ')
    })
    return `(${parts.map((part) => `(${part})`).join(' OR ')})`
  }

  private compared(column: Column, operator: string, value: unknown): string {
    return `${this.column(column)} ${operator} ${this.bind(value)}`
  }

  /** The order, with ` ORDER BY ` in front; empty for none. */
  order(metadata: EntityMetadata, sort: readonly SortKey[]): string {
    if (sort.length === 0) return ''
    const columns = columnsByName(metadata)
    const keys = sort.map(
      ({ field, isDescending }) => this.column(columns.get(field)!) + (isDescending ? ' DESC' : ' ASC'),
    )
    return ` ORDER BY ${keys.join(', ')}`
  }
}

const byName = new WeakMap<EntityMetadata, ReadonlyMap<string, Column>>()

/** The columns of an entity by the names of its properties; of a relation, that which has the other's id. */
export function columnsByName(metadata: EntityMetadata): ReadonlyMap<string, Column> {
  let columns = byName.get(metadata)
  if (columns === undefined) {
    const references = metadata.relations.flatMap(({ propertyName, joinColumns: [column, ...others] }) =>
      column === undefined || others.length > 0 ? [] : [[propertyName, column] as const],
    )
    const own = metadata.columns.map((column) => [column.propertyName, column] as const)
    byName.set(metadata, (columns = new Map([...references, ...own])))
  }
  return columns
}

/** `*` stands for anything; `\*` is a star. */
function patternOf(text: string): string {
  return text
    .split(/(\\\*|\*)/)
    .map((part) => (part === '*' ? '%' : part === '\\*' ? '*' : escapeLike(part)))
    .join('')
}

function escapeLike(text: string): string {
  return text.replace(/[!%_]/g, '!$&')
}
