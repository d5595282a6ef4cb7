import type { DataSource, EntityMetadata } from 'typeorm'
import type { EntityShape, FieldKind, FieldShape, RelationShape } from '../index.js'

/** typeorm's description of a column. */
export type Column = EntityMetadata['columns'][number]

/** typeorm's description of a relation. */
export type Relation = EntityMetadata['relations'][number]

const KINDS: readonly (readonly [FieldKind, RegExp])[] = [
  ['bigint', /^(?:bigint|int8|unsigned big int)$/],
  ['integer', /^(?:int|int2|int4|integer|smallint|mediumint|tinyint|year)$/],
  ['decimal', /^(?:numeric|decimal|dec|fixed)$/],
  ['number', /^(?:float|float4|float8|double|double precision|real)$/],
  ['day', /^date$/],
  ['instant', /^(?:timestamp|timestamptz|datetime)/],
  [
    'text',
    /^(?:varchar|varying|character|char|nchar|nvarchar|text|tinytext|mediumtext|longtext|citext|string)/,
  ],
]

/**
 * Describes an entity for `@Crud`.
 *
 * @param metadata of the entity
 * @param source that it belongs to
 */
export function shapeOf(metadata: EntityMetadata, { driver }: DataSource): EntityShape {
  const fields = new Map(
    fieldColumns(metadata).map((column) => [column.propertyName, fieldOf(column, driver)]),
  )
  const [primary, ...others] = metadata.primaryColumns
  const version = metadata.versionColumn ?? metadata.updateDateColumn
  return {
    name: metadata.targetName,
    fields,
    references: new Map(
      metadata.relations
        .filter((relation) => (relation.isManyToOne || relation.isOneToOneOwner) && isLoadable(relation))
        .map((relation) => [relation.propertyName, referenceOf(relation, driver)]),
    ),
    relations: new Map(metadata.relations.map((relation) => [relation.propertyName, relationOf(relation)])),
    id: primary === undefined || others.length > 0 ? undefined : fields.get(primary.propertyName),
    version: version && fields.get(version.propertyName),
    removedAt: metadata.deleteDateColumn && fields.get(metadata.deleteDateColumn.propertyName),
  }
}

/** The columns that are properties of the entity itself: no keys of relations, nothing embedded, nothing computed. */
export function fieldColumns({ columns }: EntityMetadata): readonly Column[] {
  return columns.filter(
    (column) =>
      column.embeddedMetadata === undefined &&
      !column.isVirtual &&
      !column.isVirtualProperty &&
      !column.isDiscriminator &&
      !column.isTreeLevel,
  )
}

function fieldOf(column: Column, driver: DataSource['driver']): FieldShape {
  const isOwn =
    column.isVersion ||
    column.isCreateDate ||
    column.isUpdateDate ||
    column.isDeleteDate ||
    column.isGenerated
  return {
    name: column.propertyName,
    kind: kindOf(column, driver),
    isNullable: column.isNullable,
    isHidden: !column.isSelect,
    isWritable: !isOwn && column.asExpression === undefined,
    ...rest(column, driver),
  }
}

/** What tells values apart from those that the column cannot have. */
function rest(column: Column, driver: DataSource['driver']): Pick<FieldShape, 'values' | 'range'> {
  const type = driver.normalizeType(column)
  // the others compare with any number; PostgreSQL refuses the statement
  const isExact = driver.options.type === 'postgres' || driver.options.type === 'cockroachdb'
  const bits = /^(?:bigint|int8)$/.test(type) ? 64 : isExact ? BITS[type] : undefined
  return {
    ...(column.enum !== undefined && { values: column.enum }),
    ...(bits !== undefined &&
      !column.unsigned && { range: [-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n] as const }),
  }
}

const BITS: Readonly<Partial<Record<string, number>>> = {
  smallint: 16,
  int2: 16,
  integer: 32,
  int: 32,
  int4: 32,
}

/** A relation as a field that has the id of the related record. */
function referenceOf(relation: Relation, driver: DataSource['driver']): FieldShape {
  const [column] = relation.joinColumns
  const { isNullable, isSelect } = column!
  const key = fieldOf(column!.referencedColumn ?? column!, driver)
  return { ...key, name: relation.propertyName, isNullable, isHidden: !isSelect, isWritable: true }
}

function kindOf(column: Column, driver: DataSource['driver']): FieldKind {
  const { type, isArray } = column
  if (isArray) return 'opaque'
  if (type === Boolean || type === 'boolean' || type === 'bool') return 'boolean'
  if (column.enum !== undefined) return 'enum'
  if (type === 'uuid' || column.generationStrategy === 'uuid') return 'uuid'
  const name = driver.normalizeType(column)
  return KINDS.find(([, pattern]) => pattern.test(name))?.[0] ?? 'opaque'
}

function relationOf(relation: Relation): RelationShape {
  return {
    name: relation.propertyName,
    isMany: relation.isOneToMany || relation.isManyToMany,
    isLoadable: isLoadable(relation),
    isOwner:
      relation.isManyToOne ||
      relation.isOneToOneOwner ||
      (relation.isManyToManyOwner && isLoadable(relation)),
    fields: new Set(fieldColumns(relation.inverseEntityMetadata).map(({ propertyName }) => propertyName)),
  }
}

function isLoadable(relation: Relation): boolean {
  if (relation.isManyToMany) {
    const { ownerColumns = [], inverseColumns = [] } = relation.junctionEntityMetadata ?? {}
    return ownerColumns.length === 1 && inverseColumns.length === 1
  }
  const columns = relation.isOwning ? relation.joinColumns : (relation.inverseRelation?.joinColumns ?? [])
  return columns.length === 1
}
