import type { EntityTarget } from '../database/index.js'
import type { Token } from '../di/index.js'
import type { Condition } from './query/condition.js'
import type { EntityShape } from './shape.js'

/** A record, by the names of its properties. */
export type Row = Record<string, unknown>

/** Whether records that are softly removed take part. */
export type Removed = 'without' | 'with' | 'only'

/** One key that a list is sorted by. */
export interface SortKey {
  readonly field: string
  readonly isDescending: boolean
}

/** What the rows have to contain. */
export interface SearchTerm {
  readonly fields: readonly string[]
  readonly term: string
}

/**
 * Where a row holds the texts of its sort keys, of a page with `hasPositions`. JavaScript's dates are coarser than those of
 * databases, so that a cursor made of them would skip rows.
 */
export const POSITION = Symbol('corbel:crud-position')

/** What is looked for. Names are those of known fields; values come from clients and are only ever bound. */
export interface Selection {
  readonly where: readonly Condition[]
  readonly search?: SearchTerm | undefined
  readonly removed: Removed
}

/** A part of a list. */
export interface PageRequest extends Selection {
  readonly fields: readonly string[]
  readonly include: readonly IncludedRelation[]
  /** Ends with the primary key, so that the order is total. */
  readonly sort: readonly SortKey[]
  /** Continues behind the row with these values of the sort keys; moments are text as the database writes them. */
  readonly after?: readonly unknown[] | undefined
  /** Whether rows tell their `POSITION`. */
  readonly hasPositions?: boolean
  /** Rows. */
  readonly limit: number
  /** Rows that are left out in front. */
  readonly offset: number
}

/** A relation that comes with the rows. */
export interface IncludedRelation {
  readonly name: string
  /** Fields of the related records; all that are not hidden, if left out. */
  readonly fields?: readonly string[] | undefined
  /** Related records of one row, at most; for lists. */
  readonly limit: number
}

/** Reads and writes the records of one entity. Drivers implement it. */
export interface CrudStore {
  readonly shape: EntityShape
  /** A constant number of queries: one, and one for each included relation. */
  find(page: PageRequest): Promise<Row[]>
  /** As `find`, and how many rows there are in all pages together. */
  findCounted(page: PageRequest): Promise<{ readonly rows: Row[]; readonly total: number }>
  /** Runs work in a transaction, which the other methods take part in. */
  transaction<T>(work: () => Promise<T>): Promise<T>
  /** Finds records, and keeps others from changing them until the transaction ends. */
  lock(selection: Selection, limit: number): Promise<Row[]>
  /** @returns the ids */
  insert(values: readonly Row[]): Promise<readonly unknown[]>
  /** @param changes each with the id of its record */
  update(changes: readonly Row[]): Promise<void>
  remove(rows: readonly Row[], isSoft: boolean): Promise<void>
  restore(rows: readonly Row[]): Promise<void>
}

/** Opens stores for `@Crud`: one for each database library. */
export interface CrudDriver {
  /** What a controller injects to get at its records. */
  token(entity: EntityTarget, dataSource: string | undefined): Token<object>
  /** @param injected what the container gives for the token */
  open(injected: object): CrudStore
  /**
   * Whether what was injected can be looked at when the application starts; where that depends on the request (tenants), the
   * options are held against the entity at the first one. Default true.
   */
  isReady?(injected: object): boolean
}
