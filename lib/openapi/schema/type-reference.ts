import {
  isClass,
  isStandardSchema,
  type AbstractClass,
  type Class,
  type StandardSchema,
} from '../../common/index.js'
import { TypeMissing } from '../errors.js'

/** How decorators name a type: a class, a Standard Schema, a JSON Schema type, a list of one, or a function that returns it. */
export type TypeReference =
  | Class
  | AbstractClass
  | StandardSchema
  | string
  | readonly TypeReference[]
  // eslint-disable-next-line typescript/no-explicit-any -- String, Number and the like are functions, not constructors of their kind
  | ((...args: any[]) => any)

/** A type, found out. */
export interface ResolvedType {
  readonly type: Class | StandardSchema | string
  /** Lists around it. */
  readonly lists: number
}

const BUILT_IN = new Set<unknown>([
  String,
  Number,
  Boolean,
  BigInt,
  Symbol,
  Date,
  Object,
  Array,
  Map,
  Set,
  Promise,
  Function,
  Buffer,
  Uint8Array,
  ArrayBuffer,
])

/** Tells whether a type belongs to the language rather than to the application. */
export function isBuiltIn(type: unknown): boolean {
  return BUILT_IN.has(type)
}

/**
 * Finds out what a reference means.
 *
 * @param reference as given to a decorator
 * @param origin for messages: `User.address`
 * @throws {CorbelError} CORBEL_OPENAPI_TYPE_MISSING if an import cycle has hidden the class
 */
export function resolveType(reference: TypeReference | undefined, origin: string): ResolvedType {
  let current: unknown = reference
  let lists = 0
  for (let steps = 0; steps < 8; steps++) {
    if (current === undefined || current === null) throw new TypeMissing({ origin })
    if (Array.isArray(current)) {
      current = current[0] as unknown
      lists++
    } else if (
      typeof current === 'string' ||
      isStandardSchema(current) ||
      isBuiltIn(current) ||
      isClass(current)
    ) {
      return { type: current as ResolvedType['type'], lists }
    } else if (typeof current === 'function') {
      current = (current as () => unknown)()
    } else break
  }
  throw new TypeMissing({ origin })
}
