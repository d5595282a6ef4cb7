import type { ObjectLiteral, Repository } from 'typeorm'
import { loadTypeOrm } from '../packages.js'
import { columnName, quoted } from './connections.js'

/** The weight of a field: `A` counts most. */
export type SearchWeight = 'A' | 'B' | 'C' | 'D'

/** What a search looks into. */
export interface SearchColumnOptions {
  /** Columns of text by name (of the table), and what a word in them is worth. */
  readonly columns: Readonly<Record<string, SearchWeight>>
  /** PostgreSQL's text search configuration: `'english'`, `'german'` … Default `'simple'`: words as they are. */
  readonly language?: string
}

/**
 * Keeps the words of other columns, for `fullText`: the database keeps it up to date.
 *
 * @param options see `SearchColumnOptions`
 * @example
 * @SearchColumn({ columns: { title: 'A', body: 'B' }, language: 'english' }) words: string
 * @see PostgreSQL §12
 */
export function SearchColumn({ columns, language = 'simple' }: SearchColumnOptions): PropertyDecorator {
  const parts = Object.entries(columns).map(
    ([name, weight]) =>
      `setweight(to_tsvector('${language.replaceAll("'", "''")}'::regconfig, coalesce(${quoted(name)}, '')), '${weight}')`,
  )
  return loadTypeOrm().Column({
    type: 'tsvector',
    select: false,
    nullable: true,
    generatedType: 'STORED',
    asExpression: parts.join(' || '),
  })
}

/** Which records are looked for. */
export interface FullTextOptions {
  /** Records. Default 20. */
  readonly limit?: number
  /** Rows that are left out in front. Default 0. */
  readonly offset?: number
  /** As that of the column. Default `'simple'`. */
  readonly language?: string
}

/** A record, and how well it fits. */
export interface Match<T> {
  readonly record: T
  readonly rank: number
}

/**
 * Finds records by words, the best first. Terms are read as search engines do: `"exact phrase" or other -without`; no term
 * is wrong.
 *
 * @param repository of the entity
 * @param property its `@SearchColumn`
 * @param term as the user wrote it
 * @param options see `FullTextOptions`
 * @throws {CorbelError} CORBEL_COLUMN_UNKNOWN
 */
export async function fullText<T extends ObjectLiteral>(
  repository: Repository<T>,
  property: keyof T & string,
  term: string,
  { limit = 20, offset = 0, language = 'simple' }: FullTextOptions = {},
): Promise<readonly Match<T>[]> {
  const column = `"record".${columnName(repository, property)}`
  const wanted = 'websearch_to_tsquery(CAST(:language AS regconfig), :term)'
  const { entities, raw } = await repository
    .createQueryBuilder('record')
    .addSelect(`ts_rank(${column}, ${wanted})`, 'rank')
    .where(`${column} @@ ${wanted}`, { language, term })
    .orderBy('rank', 'DESC')
    .limit(limit)
    .offset(offset)
    .getRawAndEntities<{ rank: number | string }>()
  return entities.map((record, i) => ({ record, rank: Number(raw[i]!.rank) }))
}
