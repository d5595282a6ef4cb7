import type { EntityManager, FindOptionsWhere, ObjectLiteral, Repository } from 'typeorm'
import { loadTypeOrm } from '../packages.js'
import { columnName, quoted } from './connections.js'
import { ColumnUnknown, VectorInvalid } from './errors.js'

/** How far two vectors are apart: by angle, by straight line, by inner product (negated), or by the sum of differences. */
export type VectorDistance = 'cosine' | 'l2' | 'inner' | 'l1'

/** What a column of vectors holds. */
export interface VectorColumnOptions {
  /** How many numbers a vector has: 16,000 at most; 2,000 with an index, 4,000 if `half`. */
  readonly dimensions: number
  /** Numbers of 16 bits instead of 32: half the space, three digits. Default false. */
  readonly half?: boolean
  /** Default false. */
  readonly nullable?: boolean
  /** Whether records are read with their vector, which is large. Default false. */
  readonly select?: boolean
}

/**
 * A column of vectors, such as embeddings of text, as arrays of numbers. The database needs pgvector: TypeORM creates the
 * extension where the role may; in the embedded PostgreSQL it is there once `@electric-sql/pglite-pgvector` is installed.
 *
 * @param options see `VectorColumnOptions`
 * @example
 * @VectorColumn({ dimensions: 1536 }) embedding: number[]
 */
export function VectorColumn(options: VectorColumnOptions): PropertyDecorator {
  const { dimensions, half = false, nullable = false, select = false } = options
  return loadTypeOrm().Column({ type: half ? 'halfvec' : 'vector', length: dimensions, nullable, select })
}

/** An index that finds near vectors quickly, and not always all of them. */
export interface VectorIndexOptions {
  readonly column: string
  /** What is asked for with it. Default `'cosine'`. */
  readonly distance?: VectorDistance
  /** Whether the column is `half`. Default false. */
  readonly half?: boolean
  /**
   * `hnsw` (default) answers better and is slow to build; `ivfflat` is small, and wants to be built when the rows are there.
   */
  readonly method?: 'hnsw' | 'ivfflat'
  /** Of hnsw: links of each vector, 2 to 100. Default 16. */
  readonly m?: number
  /** Of hnsw: how many are looked at to place a vector, 4 to 1000, at least `2 * m`. Default 64. */
  readonly efConstruction?: number
  /** Of ivfflat: into how many parts the vectors are sorted. Default 100; a thousandth of the rows is a good number. */
  readonly lists?: number
}

/**
 * The statement that makes an index on vectors, for a migration.
 *
 * @param table its name
 * @param options see `VectorIndexOptions`
 */
export function vectorIndex(table: string, options: VectorIndexOptions): string {
  const { column, distance = 'cosine', half = false, method = 'hnsw' } = options
  const { m = 16, efConstruction = 64, lists = 100 } = options
  const name = table.split('.').map(quoted).join('.')
  const index = quoted(`${table.split('.').at(-1)!}_${column}_${distance}`)
  const settings =
    method === 'hnsw'
      ? `m = ${whole(m)}, ef_construction = ${whole(efConstruction)}`
      : `lists = ${whole(lists)}`
  const family = `${half ? 'halfvec' : 'vector'}_${FAMILIES[distance]}_ops`
  return `CREATE INDEX ${index} ON ${name} USING ${method} (${quoted(column)} ${family}) WITH (${settings})`
}

/** Which records are looked for, and how hard. */
export interface NearestOptions<T> {
  /** Records. Default 10. */
  readonly limit?: number
  /** As that of the index. Default `'cosine'`. */
  readonly distance?: VectorDistance
  /** Only records that are no farther. */
  readonly within?: number
  /** Only records like this, as in `find`. With an index, it is read on until there are enough of them. */
  readonly where?: FindOptionsWhere<T> | FindOptionsWhere<T>[]
  /** How many candidates an hnsw index keeps, 1 to 1000: more finds better and takes longer. Default that of the server, 40. */
  readonly efSearch?: number
  /** How many parts of an ivfflat index are looked into. Default that of the server, 1. */
  readonly probes?: number
}

/** A record, and how far it is. */
export interface Neighbour<T> {
  readonly record: T
  readonly distance: number
}

/**
 * Finds the records whose vectors are nearest, the nearest first.
 *
 * With `efSearch`, `probes` or `where` it runs in a transaction, or in the one that there is, since these are settings of
 * transactions.
 *
 * @param repository of the entity
 * @param property its `@VectorColumn`
 * @param vector with as many numbers
 * @param options see `NearestOptions`
 * @throws {CorbelError} CORBEL_COLUMN_UNKNOWN; CORBEL_VECTOR_INVALID for vectors of another length, or with what is no number
 */
export async function nearest<T extends ObjectLiteral>(
  repository: Repository<T>,
  property: keyof T & string,
  vector: readonly number[],
  options: NearestOptions<T> = {},
): Promise<readonly Neighbour<T>[]> {
  const { efSearch, probes, where } = options
  checkVector(repository, property, vector)
  const settings: [string, string][] = []
  if (efSearch !== undefined) settings.push(['hnsw.ef_search', String(whole(efSearch))])
  if (probes !== undefined) settings.push(['ivfflat.probes', String(whole(probes))])
  if (where !== undefined)
    settings.push(['hnsw.iterative_scan', 'strict_order'], ['ivfflat.iterative_scan', 'relaxed_order'])
  const find = (manager: EntityManager): Promise<readonly Neighbour<T>[]> =>
    findNearest(manager, repository, property, vector, options)
  if (settings.length === 0) return find(repository.manager)
  return repository.manager.transaction(async (manager) => {
    for (const setting of settings) await manager.query('SELECT set_config($1, $2, true)', setting)
    return find(manager)
  })
}

async function findNearest<T extends ObjectLiteral>(
  manager: EntityManager,
  repository: Repository<T>,
  property: string,
  vector: readonly number[],
  { limit = 10, distance = 'cosine', within, where }: NearestOptions<T>,
): Promise<readonly Neighbour<T>[]> {
  const { type } = repository.metadata.findColumnWithPropertyName(property)!
  const apart = `"record".${columnName(repository, property)} ${OPERATORS[distance]} CAST(:corbel_vector AS ${String(type)})`
  const query = manager.withRepository(repository).createQueryBuilder('record')
  if (where !== undefined) query.setFindOptions({ where })
  query
    .addSelect(apart, 'corbel_distance')
    .andWhere(`"record".${columnName(repository, property)} IS NOT NULL`)
    .setParameter('corbel_vector', `[${vector.join(',')}]`)
    .orderBy('corbel_distance', 'ASC')
    .limit(limit)
  if (within !== undefined) query.andWhere(`${apart} <= :corbel_within`, { corbel_within: within })
  const { entities, raw } = await query.getRawAndEntities<{ corbel_distance: number | string }>()
  return entities.map((record, i) => ({ record, distance: Number(raw[i]!.corbel_distance) }))
}

function checkVector(
  repository: Repository<ObjectLiteral>,
  property: string,
  vector: readonly number[],
): void {
  const { metadata } = repository
  const column = metadata.findColumnWithPropertyName(property)
  if (column === undefined) throw new ColumnUnknown({ entity: metadata.targetName, property })
  const problem = !vector.every(Number.isFinite)
    ? 'it holds something that is no finite number'
    : column.length !== '' && Number(column.length) !== vector.length
      ? `it has ${vector.length} numbers, and the column ${column.length}`
      : undefined
  if (problem !== undefined) throw new VectorInvalid({ entity: metadata.targetName, property, problem })
}

/** Numbers that are written into statements are numbers. */
function whole(value: number): number {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`${value} is no whole number from 1 on.`)
  return value
}

const FAMILIES: Readonly<Record<VectorDistance, string>> = {
  cosine: 'cosine',
  l2: 'l2',
  inner: 'ip',
  l1: 'l1',
}
const OPERATORS: Readonly<Record<VectorDistance, string>> = {
  cosine: '<=>',
  l2: '<->',
  inner: '<#>',
  l1: '<+>',
}
