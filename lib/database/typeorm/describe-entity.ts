import type { ColumnOptions } from 'typeorm'
import type { Class } from '../../common/index.js'
import type { DescribeModel, ModelProperty } from '../../core/index.js'
import { propertyType } from '../../metadata/index.js'
import { loadTypeOrm, type TypeOrm } from './packages.js'

type Storage = ReturnType<TypeOrm['getMetadataArgsStorage']>
type Column = Storage['columns'][number]
type Schema = Readonly<Record<string, unknown>>

/** Written by the database or the ORM. */
const AUTOMATIC = new Set([
  'createDate',
  'updateDate',
  'deleteDate',
  'version',
  'virtual',
  'virtual-property',
])
const TEXT: Schema = { type: 'string' }
const BINARY: Schema = { type: 'string', format: 'binary' }

/** One schema for several names. */
const each = (names: string, schema: Schema): (readonly [name: unknown, schema: Schema])[] =>
  names.split(', ').map((name) => [name, schema])

/** What the ORM writes is of one type. */
const BY_MODE: ReadonlyMap<unknown, Schema> = new Map([
  ...each('createDate, updateDate, deleteDate', { type: 'string', format: 'date-time' }),
  ...each('version', { type: 'integer' }),
])

/** Column types whose values look the same in JSON, whatever the property's type says. */
const BY_TYPE: ReadonlyMap<unknown, Schema> = new Map([
  ...each('uuid, uniqueidentifier', { type: 'string', format: 'uuid' }),
  ...each('json, jsonb, simple-json, hstore', {}),
  ...each('simple-array', TEXT),
])

/** Column types that make the type of the property narrower. */
const REFINED: ReadonlyMap<unknown, Schema> = new Map([
  ...each('int, int2, int4, integer, tinyint, smallint, mediumint, int64, year, smallserial, serial', {
    type: 'integer',
  }),
  ...each('bigint, int8, bigserial', { type: 'integer', format: 'int64' }),
  ...each('float, float4, real', { type: 'number', format: 'float' }),
  ...each('double, double precision, float8', { type: 'number', format: 'double' }),
  ...each('date', { type: 'string', format: 'date' }),
  ...each('blob, tinyblob, mediumblob, longblob, bytea, binary, varbinary', BINARY),
])

/** What JavaScript's types are in JSON. */
const BY_DESIGN: ReadonlyMap<unknown, Schema> = new Map<unknown, Schema>([
  [String, TEXT],
  [Number, { type: 'number' }],
  [Boolean, { type: 'boolean' }],
  [BigInt, { type: 'integer', format: 'int64' }],
  [Date, { type: 'string', format: 'date-time' }],
  [Buffer, BINARY],
])

/** By the types of columns alone, where the compiler has noted nothing that says more. */
const BY_COLUMN: ReadonlyMap<unknown, Schema> = new Map([
  ...BY_DESIGN,
  ...REFINED,
  ...each('bool, boolean, bit', { type: 'boolean' }),
  ...each('varchar, char, character, character varying, nvarchar, nchar, text, tinytext, mediumtext', TEXT),
  ...each('longtext, citext, string, decimal, numeric, dec, money, time, interval, inet', TEXT),
  ...each('datetime, datetime2, timestamp, timestamptz, timestamp with time zone, smalldatetime', {
    type: 'string',
    format: 'date-time',
  }),
])

/**
 * What decorators of TypeORM say of the properties of an entity or an embedded class: columns and relations, which are
 * there if they were loaded.
 *
 * @param type any class
 */
export const describeEntity: DescribeModel = (type) => {
  const storage = loadTypeOrm().getMetadataArgsStorage()
  const own = <T extends { readonly target: unknown }>(list: readonly T[]): readonly T[] =>
    list.filter(({ target }) => target === type)
  const found = [
    ...own(storage.columns).map((column) => columnProperty(type, column, storage)),
    ...own(storage.embeddeds).map(({ propertyName, isArray, type: embedded }): ModelProperty => ({
      name: propertyName,
      schema: {},
      type: () => classOf(embedded()),
      isList: isArray,
      sent: 'always',
      optional: false,
    })),
    ...own(storage.relations).flatMap((relation) => relationProperty(relation) ?? []),
  ]
  return found.length === 0 ? undefined : found
}

function columnProperty(
  type: Class,
  { propertyName: name, mode, options }: Column,
  storage: Storage,
): ModelProperty {
  const generated = storage.findGenerated(type, name)
  const isAutomatic = generated !== undefined || AUTOMATIC.has(mode)
  const isNullable = options.nullable === true || mode === 'deleteDate'
  const nested = isJson(options) ? ownClass(propertyType(type, name)) : undefined
  return {
    name,
    ...(nested !== undefined && { type: () => nested }),
    schema: {
      ...(BY_MODE.get(mode) ?? valueSchema(type, name, options, generated?.strategy)),
      ...(options.comment !== undefined && options.comment !== '' && { description: options.comment }),
      ...(isAutomatic && { readOnly: true }),
    },
    isList: options.array === true || options.type === 'simple-array' || options.type === 'set',
    nullable: isNullable,
    sent: options.select === false ? 'never' : mode === 'virtual-property' ? 'sometimes' : 'always',
    optional: isAutomatic || isNullable || options.default !== undefined,
  }
}

function isJson({ type, transformer }: ColumnOptions): boolean {
  return transformer === undefined && Object.keys(BY_TYPE.get(type) ?? { some: 1 }).length === 0
}

/** What belongs to the language is known by its name, too. */
function ownClass(design: Class | undefined): Class | undefined {
  return design === undefined || Reflect.get(globalThis, design.name) === design ? undefined : design
}

function valueSchema(
  type: Class,
  name: string,
  options: ColumnOptions,
  strategy: string | undefined,
): Schema {
  const design = propertyType(type, name)
  // what a transformer makes of the column is known by the property alone
  if (options.transformer !== undefined) return BY_DESIGN.get(design) ?? {}
  if (options.enum !== undefined) return enumSchema(options.enum)
  if (strategy === 'uuid') return { type: 'string', format: 'uuid' }
  if (strategy !== undefined && design !== String) return { type: 'integer' }
  const fixed = BY_TYPE.get(options.type)
  if (fixed !== undefined) return fixed
  const base = BY_DESIGN.get(design) ?? BY_COLUMN.get(options.type) ?? {}
  const refined = REFINED.get(options.type)
  const isNarrower = refined !== undefined && (base['type'] === 'number' || refined['type'] === base['type'])
  const schema = isNarrower && design !== Date ? refined : base
  return { ...schema, ...bounds(schema, options) }
}

function bounds({ type, format }: Schema, { length, unsigned }: ColumnOptions): Schema {
  const longest = Number(length ?? Number.NaN)
  if (type === 'string') return format === undefined && longest > 0 ? { maxLength: longest } : {}
  return unsigned === true && (type === 'integer' || type === 'number') ? { minimum: 0 } : {}
}

/** Numeric enums lead back from value to name; that half is left out. */
function enumSchema(members: NonNullable<ColumnOptions['enum']>): Schema {
  const values: readonly unknown[] = Array.isArray(members)
    ? members
    : Object.entries(members)
        .filter(([name]) => !/^-?\d+(\.\d+)?$/.test(name))
        .map(([, value]) => value as unknown)
  const types = [...new Set(values.map((value) => typeof value))]
  return { ...(types.length === 1 && { type: types[0] }), enum: values }
}

function relationProperty({
  propertyName,
  relationType,
  type,
  isLazy,
  options,
}: Storage['relations'][number]): ModelProperty | undefined {
  // a promise is not sent as what it promises
  if (isLazy || options.lazy === true) return undefined
  const isMany = relationType === 'one-to-many' || relationType === 'many-to-many'
  return {
    name: propertyName,
    schema: {},
    type: () => (typeof type === 'function' ? classOf((type as () => unknown)()) : undefined),
    isList: isMany,
    nullable: !isMany && options.nullable !== false,
    sent: 'sometimes',
    optional: true,
  }
}

function classOf(type: unknown): Class | undefined {
  return typeof type === 'function' ? (type as Class) : undefined
}
