import type { QueryParams } from '../../http/index.js'
import { CrudQueryInvalid } from '../errors.js'
import { sortKeys, type CrudPlan } from '../plan.js'
import type { PageRequest, SearchTerm } from '../store.js'
import type { Condition } from './condition.js'
import { readCursor } from './cursor.js'
import { readFilter } from './filter.js'

/** What a query may cost. */
const MOST_FILTERS = 20
const MOST_NAMES = 50
const LONGEST_TERM = 200

/** What a list is asked for. */
export interface ListQuery extends PageRequest {
  /** True where pages follow each other by cursor. */
  readonly isByCursor: boolean
}

type Refuse = (parameter: string, reason: string) => never

const refuse: Refuse = (parameter, reason) => {
  throw new CrudQueryInvalid({ parameter, reason })
}

/**
 * Reads the query of a list: `filter[…]`, `search`, `sort`, `limit`, `offset`, `cursor`, `fields`, `include`. Other parameters
 * are the application's own business.
 *
 * @param query parsed, without nesting
 * @param plan what is allowed
 * @throws {CorbelError} CORBEL_CRUD_QUERY (400)
 */
export function readListQuery(query: QueryParams, plan: CrudPlan): ListQuery {
  const where: Condition[] = []
  for (const name of Object.keys(query)) {
    if (!name.startsWith('filter')) continue
    where.push(...readFilter(name, listOf(query[name]), plan.filters))
    if (where.length > MOST_FILTERS) refuse('filter', `stands there more than ${MOST_FILTERS} times`)
  }
  const { pages } = plan
  const cursor = single(query, 'cursor')
  const offset = integer(query, 'offset', 0, pages.maxOffset) ?? 0
  if (cursor !== undefined && pages.by === 'offset') refuse('cursor', 'is not offered here')
  if (query['offset'] !== undefined && (pages.by === 'cursor' || cursor !== undefined))
    refuse('offset', 'does not go with a cursor')
  const isByCursor = cursor !== undefined || pages.by === 'cursor'
  const sort = readSort(query, plan, isByCursor)
  return {
    where,
    search: readSearch(query, plan),
    removed: plan.removed,
    ...readSelection(query, plan),
    sort,
    limit: integer(query, 'limit', 1, pages.maxLimit) ?? pages.limit,
    offset,
    isByCursor,
    hasPositions: isByCursor,
    ...(cursor !== undefined && cursor !== '' && { after: readCursor(cursor, sort, plan.shape.fields) }),
  }
}

/**
 * Reads what of a record is asked for: `fields` and `include`.
 *
 * @param query parsed
 * @param plan what is allowed
 * @throws {CorbelError} CORBEL_CRUD_QUERY (400)
 */
export function readSelection(query: QueryParams, plan: CrudPlan): Pick<PageRequest, 'fields' | 'include'> {
  const fields = names(query, 'fields')
  const wanted = fields?.filter(
    (name) => plan.shown.includes(name) || refuse('fields', `names no field (${plan.shown.join(', ')})`),
  )
  const include = names(query, 'include')
  const known = [...plan.relations.keys()]
  return {
    fields: wanted ?? plan.shown,
    include:
      include?.map(
        (name) => plan.relations.get(name) ?? refuse('include', `names no relation (${known.join(', ')})`),
      ) ?? plan.usualRelations,
  }
}

function readSort(query: QueryParams, plan: CrudPlan, isByCursor: boolean): PageRequest['sort'] {
  const text = single(query, 'sort')
  const keys = text === undefined || text === '' ? plan.usualSort : sortKeys(text, plan.id.name)
  for (const { field } of keys) {
    const isAllowed = keys === plan.usualSort || plan.sortable.has(field) || field === plan.id.name
    if (!isAllowed) refuse('sort', `names no field to sort by (${[...plan.sortable].join(', ')})`)
    if (isByCursor && plan.shape.fields.get(field)!.isNullable)
      refuse('sort', `names "${field}", which may be empty: a cursor cannot follow that`)
  }
  if (new Set(keys.map(({ field }) => field)).size < keys.length) refuse('sort', 'names a field twice')
  return keys
}

function readSearch(query: QueryParams, plan: CrudPlan): SearchTerm | undefined {
  const term = single(query, 'search')?.trim()
  if (term === undefined || term === '') return undefined
  if (plan.searched.length === 0) refuse('search', 'is not offered here')
  if (term.length > LONGEST_TERM) refuse('search', `is longer than ${LONGEST_TERM} characters`)
  if (term.includes('\0')) refuse('search', 'has a NUL character')
  return { fields: plan.searched, term }
}

function names(query: QueryParams, name: string): readonly string[] | undefined {
  const text = single(query, name)
  if (text === undefined) return undefined
  const list = [...new Set(text.split(','))]
  return list.length > MOST_NAMES ? refuse(name, `has more than ${MOST_NAMES} names`) : list
}

function integer(query: QueryParams, name: string, least: number, most: number): number | undefined {
  const text = single(query, name)
  if (text === undefined) return undefined
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  return value >= least && value <= most ? value : refuse(name, `is no integer from ${least} to ${most}`)
}

function single(query: QueryParams, name: string): string | undefined {
  const value = query[name]
  return Array.isArray(value) ? refuse(name, 'stands there more than once') : value
}

function listOf(value: string | string[] | undefined): readonly string[] {
  return typeof value === 'string' ? [value] : (value ?? [])
}
