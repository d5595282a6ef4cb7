import type { HttpRequest } from '../http/index.js'
import { CrudBodyInvalid, CrudNotFound } from './errors.js'
import type { CrudAction } from './options.js'
import { readChanges } from './patch/changes.js'
import type { CrudPlan } from './plan.js'
import { pageLinks } from './page-links.js'
import { readListQuery, readSelection } from './query/parse-query.js'
import { readValue } from './query/values.js'
import { assertUnchanged, tellVersion, versionNames } from './version.js'
import { askPolicy, forbidden, type Granted } from './scope.js'
import type { Row, Selection } from './store.js'

/** What `@Crud` does, action by action: for methods that do something beside it. */
export class CrudActions<T extends object = Row> {
  /** @param plan of the entity */
  constructor(private readonly plan: CrudPlan) {}

  /**
   * A page of the list that the query asks for; sets `Link` and `X-Total-Count`.
   *
   * @param request of the call
   */
  async index(request: HttpRequest): Promise<T[]> {
    const { plan } = this
    const granted = await this.ask('index', request)
    const query = readListQuery(request.query, plan)
    const where = [...granted.conditions, ...query.where]
    // one more tells whether there is a page behind it
    const page = { ...query, where, limit: query.limit + 1 }
    const isCounted = plan.pages.total && !query.isByCursor
    const { rows: found, total } = isCounted
      ? await plan.store.findCounted(page)
      : { rows: await plan.store.find(page), total: undefined }
    const hasMore = found.length > query.limit
    if (hasMore) found.pop()
    const headers = request.res
    headers?.setHeader('link', pageLinks(request, query, found, hasMore, total))
    if (total !== undefined) headers?.setHeader('x-total-count', String(total))
    return found as T[]
  }

  /**
   * One record; sets `ETag`, where the entity has a version.
   *
   * @param request of the call
   * @throws {CorbelError} CORBEL_CRUD_NOT_FOUND (404)
   */
  async show(request: HttpRequest): Promise<T> {
    const { plan } = this
    const granted = await this.ask('show', request)
    const selection = readSelection(request.query, plan)
    const fields = withNames(selection.fields, versionNames(plan))
    const [row] = await plan.store.find({
      ...this.one(request, granted, plan.removed),
      ...selection,
      fields,
      sort: [],
      limit: 1,
      offset: 0,
    })
    if (row === undefined) throw this.missing()
    tellVersion(request, plan, row, selection.include)
    if (fields !== selection.fields) keepOnly(row, selection.fields, fields)
    return row as T
  }

  /**
   * Creates the record that the body describes; sets `Location` and `ETag`.
   *
   * @param request of the call
   * @param more values that count beside the body's, and before them: of the program, not of the client
   */
  async create(request: HttpRequest, more: Partial<T> = {}): Promise<T> {
    const { plan } = this
    const { fixed, conditions } = await this.ask('create', request)
    const values = await plan.readNew!.one(request.body)
    const [row] = await this.insert('create', [{ ...values, ...more, ...fixed }], conditions)
    const path = request.path.replace(/\/+$/, '')
    request.res?.setHeader('location', `${path}/${encodeURIComponent(String(row![plan.id.name]))}`)
    tellVersion(request, plan, row!)
    return this.shown(row!)
  }

  /** Creates a list of records: all or none. */
  async createMany(request: HttpRequest): Promise<T[]> {
    const { plan } = this
    const { fixed, conditions } = await this.ask('createMany', request)
    const list = await plan.readNew!.many(this.listIn(request.body))
    const rows = await this.insert(
      'createMany',
      list.map((values) => ({ ...values, ...fixed })),
      conditions,
    )
    return rows.map((row) => this.shown(row))
  }

  /**
   * Changes a record by JSON Merge Patch or JSON Patch.
   *
   * @param request of the call; its `If-Match` has to hold
   * @param more values that count beside the body's, and before them
   * @throws {CorbelError} CORBEL_CRUD_NOT_FOUND (404), CORBEL_PRECONDITION_FAILED (412), CORBEL_PRECONDITION_REQUIRED (428)
   */
  async update(request: HttpRequest, more: Partial<T> = {}): Promise<T> {
    const { plan } = this
    const granted = await this.ask('update', request)
    const row = await plan.store.transaction(async () => {
      const before = await this.lockOne(request, granted)
      const changes = await readChanges(request, plan, before)
      await plan.store.update([
        { ...changes, ...more, ...granted.fixed, [plan.id.name]: before[plan.id.name] },
      ])
      return this.reread([before[plan.id.name]], granted.conditions, 'update')
    })
    tellVersion(request, plan, row[0]!)
    return this.shown(row[0]!)
  }

  /** Changes a list of records, each given by its id and what changes: all or none. */
  async updateMany(request: HttpRequest): Promise<T[]> {
    const { plan } = this
    const granted = await this.ask('updateMany', request)
    const list = this.listIn(request.body)
    const ids = list.map((item) => this.readId((item as Row | null)?.[plan.id.name]))
    this.refuseTwice(ids)
    const changes = await plan.readChange!.many(list.map((item) => withoutName(item, plan.id.name)))
    const rows = await plan.store.transaction(async () => {
      await this.lockAll(ids, granted)
      await plan.store.update(changes.map((one, i) => ({ ...one, ...granted.fixed, [plan.id.name]: ids[i] })))
      return this.reread(ids, granted.conditions, 'updateMany')
    })
    return rows.map((row) => this.shown(row))
  }

  /**
   * Removes a record.
   *
   * @param request of the call; its `If-Match` has to hold
   * @throws {CorbelError} CORBEL_CRUD_NOT_FOUND (404), CORBEL_PRECONDITION_FAILED (412), CORBEL_PRECONDITION_REQUIRED (428)
   */
  async destroy(request: HttpRequest): Promise<void> {
    const { store, isSoft } = this.plan
    const granted = await this.ask('destroy', request)
    await store.transaction(async () => store.remove([await this.lockOne(request, granted)], isSoft))
  }

  /** Removes the records whose ids the body lists: all or none. */
  async destroyMany(request: HttpRequest): Promise<void> {
    const { store, isSoft } = this.plan
    const granted = await this.ask('destroyMany', request)
    const ids = this.listIn(request.body).map((id) => this.readId(id))
    this.refuseTwice(ids)
    await store.transaction(async () => store.remove(await this.lockAll(ids, granted), isSoft))
  }

  /** Brings back a record that was softly removed. */
  async restore(request: HttpRequest): Promise<T> {
    const { plan } = this
    const granted = await this.ask('restore', request)
    const rows = await plan.store.transaction(async () => {
      const [row] = await plan.store.lock(this.one(request, granted, 'only'), 1)
      if (row === undefined) throw this.missing()
      await plan.store.restore([row])
      return this.reread([row[plan.id.name]], granted.conditions, 'restore')
    })
    tellVersion(request, plan, rows[0]!)
    return this.shown(rows[0]!)
  }

  private ask(action: CrudAction, request: HttpRequest): Promise<Granted> {
    return askPolicy(this.plan, { action, request, principal: request['user'] })
  }

  private missing(): Error {
    return new CrudNotFound({ entity: this.plan.shape.name })
  }

  /** The record that the path names. An id that cannot be one is none. */
  private one(request: HttpRequest, { conditions }: Granted, removed: Selection['removed']): Selection {
    const { id } = this.plan
    const outcome = readValue(request.params['id'] ?? '', id)
    if ('problem' in outcome) throw this.missing()
    return { where: [{ field: id.name, operator: 'eq', values: [outcome.value] }, ...conditions], removed }
  }

  private async lockOne(request: HttpRequest, granted: Granted): Promise<Row> {
    const { plan } = this
    const [row] = await plan.store.lock(this.one(request, granted, 'without'), 1)
    if (row === undefined) throw this.missing()
    assertUnchanged(request, plan, row)
    return row
  }

  private async lockAll(ids: readonly unknown[], { conditions }: Granted): Promise<Row[]> {
    const where = [{ field: this.plan.id.name, operator: 'in' as const, values: ids }, ...conditions]
    const rows = await this.plan.store.lock({ where, removed: 'without' }, ids.length)
    if (rows.length < ids.length) throw this.missing()
    return rows
  }

  private async insert(
    action: CrudAction,
    values: readonly Row[],
    conditions: Granted['conditions'],
  ): Promise<Row[]> {
    const { store } = this.plan
    return store.transaction(async () => this.reread(await store.insert(values), conditions, action))
  }

  /** What was written, as the database has it: in the order of the ids, and only if the caller may see all of it. */
  private async reread(
    ids: readonly unknown[],
    conditions: Granted['conditions'],
    action: CrudAction,
  ): Promise<Row[]> {
    const { plan } = this
    const rows = await plan.store.find({
      where: [{ field: plan.id.name, operator: 'in', values: ids }, ...conditions],
      removed: 'without',
      fields: withNames(plan.shown, [plan.id.name, ...versionNames(plan)]),
      include: plan.usualRelations,
      sort: [],
      limit: ids.length,
      offset: 0,
    })
    if (rows.length < ids.length) throw forbidden(plan, action)
    const byId = new Map(rows.map((row) => [String(row[plan.id.name]), row]))
    return ids.map((id) => byId.get(String(id))!)
  }

  private shown(row: Row): T {
    const { shown, id } = this.plan
    keepOnly(row, shown, withNames(shown, [id.name, ...versionNames(this.plan)]))
    return row as T
  }

  private listIn(body: unknown): readonly unknown[] {
    const { maxBulk } = this.plan
    if (!Array.isArray(body) || body.length === 0 || body.length > maxBulk)
      throw new CrudBodyInvalid({ reason: `is no list of 1 to ${maxBulk} items` })
    return body
  }

  private readId(given: unknown): unknown {
    const isId = typeof given === 'string' || typeof given === 'number'
    const outcome = readValue(isId ? String(given) : '', this.plan.id)
    if (!isId || 'problem' in outcome) throw new CrudBodyInvalid({ reason: 'has an item without an id' })
    return outcome.value
  }

  private refuseTwice(ids: readonly unknown[]): void {
    if (new Set(ids).size < ids.length) throw new CrudBodyInvalid({ reason: 'names a record twice' })
  }
}

/** The same list, if nothing has to be added. */
function withNames(names: readonly string[], more: readonly string[]): readonly string[] {
  const missing = more.filter((name) => !names.includes(name))
  return missing.length === 0 ? names : [...names, ...missing]
}

function keepOnly(row: Row, names: readonly string[], all: readonly string[]): void {
  for (const name of all) if (!names.includes(name)) Reflect.deleteProperty(row, name)
}

function withoutName(item: unknown, name: string): unknown {
  if (typeof item !== 'object' || item === null) return item
  const { [name]: _, ...rest } = item as Row
  return rest
}
