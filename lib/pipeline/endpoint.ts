import type { Class } from '../common/index.js'
import type { ModuleRecord, ProviderRecord } from '../di/index.js'
import type { MetadataBag } from '../metadata/index.js'
import type { EnhancerOf, ParamType, PipeTransform } from './enhancers.js'

/** One parameter of an endpoint. */
export interface ParamModel<C = never> {
  readonly index: number
  readonly type: ParamType | (string & {})
  /** What the decorator was given, where it is a name: `'id'`. */
  readonly data: string | undefined
  readonly metatype: Class | undefined
  /** Pipes written on the parameter itself. */
  readonly pipes: readonly EnhancerOf<PipeTransform<never>>[]
  /** True if the pipes of method, class and application apply: body, query, path and custom parameters. */
  readonly piped: boolean
  /** Takes the value out of the call; may be asynchronous. */
  extract(context: C): unknown
}

/** A method that can be called from outside: an HTTP route, a message, a field, a job. One shape for all. */
export interface EndpointModel<C = never> {
  /** `http`, `ws`, `graphql`, `job` … */
  readonly kind: string
  readonly owner: Class
  readonly member: PropertyKey
  readonly module: ModuleRecord
  /** Who builds the owner. */
  readonly record: ProviderRecord
  readonly params: readonly ParamModel<C>[]
  readonly metadata: MetadataBag
}

/** `UsersController.find` */
export function endpointName(endpoint: { readonly owner: Class; readonly member: PropertyKey }): string {
  return `${endpoint.owner.name}.${String(endpoint.member)}`
}
