import { isClass, type Class } from '../common/index.js'
import { PartialType } from '../validation/index.js'
import { bodyReader, type ReadBody } from './body.js'
import { CrudInvalid } from './errors.js'
import type { CrudAction, CrudBodies, CrudOptions, CrudPages, CrudPolicy, CrudRelation } from './options.js'
import { CRUD_ACTIONS } from './options.js'
import { OPERATORS, ORDERED, PATTERNS, type Operator } from './query/condition.js'
import type { FilterRule } from './query/filter.js'
import type { EntityShape, FieldShape } from './shape.js'
import type { CrudStore, IncludedRelation, Removed, SortKey } from './store.js'

/** Options of `@Crud`, held against the entity, with every default filled in. */
export interface CrudPlan {
  readonly store: CrudStore
  readonly shape: EntityShape
  readonly id: FieldShape
  readonly shown: readonly string[]
  readonly filters: ReadonlyMap<string, FilterRule>
  readonly sortable: ReadonlySet<string>
  readonly usualSort: readonly SortKey[]
  readonly pages: Required<CrudPages>
  readonly searched: readonly string[]
  readonly relations: ReadonlyMap<string, IncludedRelation>
  /** Those that come without being asked for. */
  readonly usualRelations: readonly IncludedRelation[]
  readonly isSoft: boolean
  readonly requireMatch: boolean
  readonly maxBulk: number
  readonly removed: Removed
  readonly policy: CrudPolicy<object> | undefined
  readonly readNew: ReadBody | undefined
  readonly readChange: ReadBody | undefined
}

/** The classes of bodies, with what follows from others. */
export function bodiesOf({ dto }: CrudOptions<object>): CrudBodies {
  if (dto === undefined) return {}
  const { create, update }: CrudBodies = isClass(dto) ? { create: dto } : dto
  const changed = update ?? (create === undefined ? undefined : partial(create))
  return { ...(create !== undefined && { create }), ...(changed !== undefined && { update: changed }) }
}

// one class each, so that documents and validators know it again
const partials = new WeakMap<Class, Class>()

function partial(type: Class): Class {
  let made = partials.get(type)
  if (made === undefined) {
    made = class extends PartialType(type as Class<object>) {}
    Object.defineProperty(made, 'name', { value: `Partial${type.name}` })
    partials.set(type, made)
  }
  return made
}

/**
 * The actions that options allow.
 *
 * @param options of `@Crud`
 */
export function actionsOf(options: CrudOptions<object>): readonly CrudAction[] {
  const { create, update } = bodiesOf(options)
  const possible = CRUD_ACTIONS.filter((action) => {
    if (action === 'create' || action === 'createMany') return create !== undefined
    if (action === 'update' || action === 'updateMany') return update !== undefined
    return action !== 'restore' || options.softDelete === true
  })
  const { only = possible, except = [] } = options
  return possible.filter((action) => only.includes(action) && !except.includes(action))
}

/**
 * Compiles the options of `@Crud` for an entity.
 *
 * @param name of the controller, for messages
 * @param options as they were written
 * @param store of the entity
 * @throws {CorbelError} CORBEL_CRUD_INVALID, with everything that does not fit
 */
export function compilePlan(name: string, options: CrudOptions<object>, store: CrudStore): CrudPlan {
  const { shape } = store
  const problems: string[] = []
  const known = (field: string, where: string): FieldShape | undefined => {
    const found = shape.fields.get(field) ?? (where === 'filter' ? shape.references.get(field) : undefined)
    if (found === undefined) problems.push(`${where} names "${field}", which is no field`)
    return found
  }
  const listed = (names: readonly string[], where: string): readonly FieldShape[] =>
    names.flatMap((one) => known(one, where) ?? [])
  const { id } = shape
  if (id === undefined) problems.push('it needs a primary key of one column')
  const visible = [...shape.fields.values()].filter(({ isHidden }) => !isHidden).map((field) => field.name)
  const shown = listed(options.fields ?? visible, 'fields').map((field) => field.name)
  for (const field of listed(options.search ?? [], 'search'))
    if (field.kind !== 'text') problems.push(`search names "${field.name}", which is no text`)
  for (const field of listed(options.sort ?? [], 'sort'))
    if (field.kind === 'opaque') problems.push(`sort names "${field.name}", which has no order`)
  const isSoft = options.softDelete ?? shape.removedAt !== undefined
  if (isSoft && shape.removedAt === undefined) problems.push('softDelete needs a @DeleteDateColumn')
  const filters = filterRules(options, known, problems)
  const relations = relationsOf(options, shape, problems)
  const usualSort = sortKeys(options.defaultSort ?? '', id?.name ?? '')
  listed(
    usualSort.map(({ field }) => field).filter((field) => field !== ''),
    'defaultSort',
  )
  const pages = {
    limit: 20,
    maxLimit: 100,
    maxOffset: 10_000,
    total: true,
    by: 'both',
    ...options.paginate,
  } as const
  if (pages.limit < 1 || pages.limit > pages.maxLimit)
    problems.push('paginate.limit is not from 1 to maxLimit')
  const { create, update } = bodiesOf(options)
  if (problems.length > 0)
    throw new CrudInvalid({ class: name, entity: shape.name, problems: problems.join('; ') })
  return {
    store,
    shape,
    id: id!,
    shown,
    filters,
    sortable: new Set(options.sort ?? []),
    usualSort,
    pages,
    searched: options.search ?? [],
    relations: new Map(relations.map(({ relation }) => [relation.name, relation])),
    usualRelations: relations.filter(({ always }) => always).map(({ relation }) => relation),
    isSoft,
    requireMatch: options.requireMatch ?? false,
    maxBulk: options.maxBulk ?? 100,
    removed: options.removed ?? 'without',
    policy: options.policy,
    readNew: create && bodyReader(create, shape),
    readChange: update && bodyReader(update, shape),
  }
}

function filterRules(
  { filter = [] }: CrudOptions<object>,
  known: (field: string, where: string) => FieldShape | undefined,
  problems: string[],
): Map<string, FilterRule> {
  const rules = new Map<string, FilterRule>()
  const entries: readonly (readonly [string, true | readonly Operator[]])[] = isList(filter)
    ? filter.map((name) => [name, true])
    : Object.entries<true | readonly Operator[]>(filter)
  for (const [name, given] of entries) {
    const field = known(name, 'filter')
    if (field === undefined) continue
    const possible = operatorsOf(field)
    if (possible.length === 0) problems.push(`filter names "${name}", which cannot be compared`)
    const operators = given === true ? possible : given
    for (const one of operators) {
      if (!OPERATORS.includes(one)) problems.push(`filter.${name} names "${one}", which is no operator`)
      else if (!possible.includes(one)) problems.push(`filter.${name} cannot be "${one}"`)
    }
    rules.set(name, { field, operators: new Set(operators) })
  }
  return rules
}

function operatorsOf({ kind, isNullable }: FieldShape): readonly Operator[] {
  if (kind === 'opaque') return []
  const own: readonly Operator[] =
    kind === 'boolean' || kind === 'uuid' || kind === 'enum' ? ['eq', 'ne', 'in', 'nin'] : ORDERED
  return [...own, ...(kind === 'text' ? PATTERNS : []), ...(isNullable ? (['null'] as const) : [])]
}

function relationsOf(
  { relations = [] }: CrudOptions<object>,
  shape: EntityShape,
  problems: string[],
): readonly { readonly relation: IncludedRelation; readonly always: boolean }[] {
  const entries: readonly (readonly [string, true | CrudRelation])[] = isList(relations)
    ? relations.map((name) => [name, true])
    : Object.entries<true | CrudRelation>(relations)
  return entries.flatMap(([name, given]) => {
    const found = shape.relations.get(name)
    if (found === undefined) problems.push(`relations names "${name}", which is no relation`)
    else if (!found.isLoadable) problems.push(`the relation "${name}" has a key of several columns`)
    const { fields, limit = 100, always = false } = given === true ? {} : given
    for (const one of fields ?? [])
      if (found !== undefined && !found.fields.has(one))
        problems.push(`relations.${name} names "${one}", which is no field`)
    return [{ relation: { name, fields, limit }, always }]
  })
}

/**
 * Reads an order: names with commas between, `-` in front for descending. The primary key is added, so that it is total.
 *
 * @param text `'-price,title'`
 * @param id the primary key
 */
export function sortKeys(text: string, id: string): readonly SortKey[] {
  const keys = text === '' ? [] : text.split(',').map(sortKey)
  if (keys.some(({ field }) => field === id)) return keys
  return [...keys, { field: id, isDescending: keys.at(-1)?.isDescending ?? false }]
}

function sortKey(text: string): SortKey {
  const isDescending = text.startsWith('-')
  return { field: isDescending ? text.slice(1) : text, isDescending }
}

function isList(value: object): value is readonly string[] {
  return Array.isArray(value)
}
