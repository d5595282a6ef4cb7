/** What values of a field are, whatever the database calls them. */
export type FieldKind =
  | 'text'
  | 'integer'
  /** Larger than a JavaScript number holds: written as digits. */
  | 'bigint'
  /** With a fraction, exact: written as digits. */
  | 'decimal'
  | 'number'
  | 'boolean'
  /** A moment. */
  | 'instant'
  /** A day without a time. */
  | 'day'
  | 'uuid'
  | 'enum'
  /** Can be shown and written, and not compared. */
  | 'opaque'

/** One stored field of an entity. */
export interface FieldShape {
  /** Name of the property. */
  readonly name: string
  readonly kind: FieldKind
  readonly isNullable: boolean
  /** True for what queries leave out unless they name it (`select: false`). */
  readonly isHidden: boolean
  /** False for what the database or the ORM writes: generated ids, versions, times of creation and change. */
  readonly isWritable: boolean
  /** The values that an enum has. */
  readonly values?: readonly (string | number)[]
  /** The least and the largest number that the column takes, where the database refuses others even in comparisons. */
  readonly range?: readonly [bigint, bigint]
}

/** One relation that a list can include. */
export interface RelationShape {
  readonly name: string
  /** True for lists. */
  readonly isMany: boolean
  /** False for those that the driver cannot load in one query. */
  readonly isLoadable: boolean
  /** True where the reference is written with the entity: into its own table, or the table between of its side. */
  readonly isOwner: boolean
  /** Fields of the related records. */
  readonly fields: ReadonlySet<string>
}

/** What a driver tells of an entity. */
export interface EntityShape {
  readonly name: string
  readonly fields: ReadonlyMap<string, FieldShape>
  readonly relations: ReadonlyMap<string, RelationShape>
  /** Relations to one record whose id is in the entity's own table: they are compared by that id. */
  readonly references: ReadonlyMap<string, FieldShape>
  /** The primary key; undefined where it has several columns or none. */
  readonly id: FieldShape | undefined
  /** Changes with every change of a record: its version, otherwise the time of its last change. */
  readonly version: FieldShape | undefined
  /** Where the time of a soft removal is kept. */
  readonly removedAt: FieldShape | undefined
}
