import type { Class, MaybePromise } from '../common/index.js'
import type { HttpRequest } from '../http/index.js'
import type { Operator } from './query/condition.js'
import type { Removed } from './store.js'

/** What can be done with records. The methods of a controller with `@Crud` have these names. */
export const CRUD_ACTIONS = [
  'index',
  'show',
  'create',
  'createMany',
  'update',
  'updateMany',
  'destroy',
  'destroyMany',
  'restore',
] as const

/** One of them. */
export type CrudAction = (typeof CRUD_ACTIONS)[number]

/** The names of an entity's properties. */
export type FieldOf<T> = Extract<keyof T, string>

/** The classes of bodies. Only what they name, by rules of class-validator, is ever written. */
export interface CrudBodies {
  /** Of `create`. Without it nothing can be created. */
  readonly create?: Class
  /** Of `update`, where every property is left out that does not change; `PartialType` of `create`, if left out. */
  readonly update?: Class
}

/** How lists are divided. */
export interface CrudPages {
  /** Rows of a page, where the query does not say. Default 20. */
  readonly limit?: number
  /** Rows of a page, at most. Default 100. */
  readonly maxLimit?: number
  /** Rows in front of a page, at most: a large offset reads all of them. Default 10 000. */
  readonly maxOffset?: number
  /** Whether `X-Total-Count` tells how many rows there are, which costs a query. Default true; never with a cursor. */
  readonly total?: boolean
  /** `'offset'`, `'cursor'`, or both, by what the query has. Default `'both'`. */
  readonly by?: 'offset' | 'cursor' | 'both'
}

/** A relation that clients may include. */
export interface CrudRelation {
  /** Fields that are shown; all that are not hidden, if left out. */
  readonly fields?: readonly string[]
  /** Related records of one row, at most; for lists. Default 100. */
  readonly limit?: number
  /** True if it comes without being asked for. Default false. */
  readonly always?: boolean
}

/** What a field is compared with: a value, several of which one has to match, or comparisons by operator. */
export type ScopeValue = unknown

/** Conditions that every record has to meet for the caller. */
export type CrudScope<T> = { readonly [K in FieldOf<T>]?: ScopeValue }

/** The call that a policy decides about. */
export interface PolicyCall {
  readonly action: CrudAction
  readonly request: HttpRequest
  /** Who makes it, as a guard has found out. */
  readonly principal: unknown
}

/**
 * Decides what a caller may do: true for everything, false for nothing (403), or the conditions of the records that there are
 * for the caller. Equalities are also written into what the caller creates.
 */
export type CrudPolicy<T> = (call: PolicyCall) => MaybePromise<boolean | CrudScope<T>>

/** The options of `@Crud`. What is not listed is not offered. */
export interface CrudOptions<T> {
  /** One class for creating and changing, or one for each. Without it, records can only be read and removed. */
  readonly dto?: Class | CrudBodies
  /** Actions that are served. Default: all that the other options allow. */
  readonly only?: readonly CrudAction[]
  /** Actions that are not served. */
  readonly except?: readonly CrudAction[]
  /** Fields that are shown, and that `fields` chooses from. Default: all that are not `select: false`. */
  readonly fields?: readonly FieldOf<T>[]
  /** Fields to filter by; with the operators, or true for those that the field's type has. */
  readonly filter?: readonly FieldOf<T>[] | { readonly [K in FieldOf<T>]?: true | readonly Operator[] }
  /** Fields to sort by. */
  readonly sort?: readonly FieldOf<T>[]
  /** The order without `sort`: `'-createdAt'`. Default: by primary key. */
  readonly defaultSort?: string
  readonly paginate?: CrudPages
  /** Fields of text that `search` looks into. */
  readonly search?: readonly FieldOf<T>[]
  /** Relations that `include` chooses from. */
  readonly relations?: readonly FieldOf<T>[] | { readonly [K in FieldOf<T>]?: true | CrudRelation }
  /** Removes by setting the `@DeleteDateColumn`, and serves `restore`. Default: true where the entity has one. */
  readonly softDelete?: boolean
  /** Whether changes have to say by `If-Match` what they have seen: 428 if they do not. Default false. */
  readonly requireMatch?: boolean
  /** Records of a bulk action, at most. Default 100. */
  readonly maxBulk?: number
  readonly policy?: CrudPolicy<T>
  /** The data source's name; the default one if left out. */
  readonly dataSource?: string
  /** Which records `index` and `show` tell of, of those that are softly removed. Default `'without'`. */
  readonly removed?: Removed
}
