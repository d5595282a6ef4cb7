import { Readable } from 'node:stream'
import { isClass, schemaOf, type Class } from '../../common/index.js'
import { returnType } from '../../metadata/index.js'
import { Render, StreamableFile, StreamAs, type ReturnsDeclaration } from '../../web/index.js'
import type { SchemaObject } from '../document.js'
import { nullable, primitiveSchema } from '../schema/primitive.js'
import type { SchemaUse } from '../schema/registry.js'
import { isBuiltIn, type TypeReference } from '../schema/type-reference.js'
import { EVENTS, LINES } from './media.js'
import type { OperationScope } from './scope.js'

/** What a handler sends. */
export interface Result {
  /** Of the whole, as data; undefined for an empty body. */
  readonly schema: SchemaObject | undefined
  /** Of each value, where they are sent one by one. */
  readonly item?: SchemaObject
  /** Where nothing else names some. */
  readonly mediaTypes: readonly string[]
}

const NOTHING: Result = { schema: undefined, mediaTypes: [] }
const JSON_ONLY = ['application/json']
const TEXT: SchemaObject = { type: 'string' }

/** How the schemas of results are made: as the route's serializer makes results plain. */
export function resultUse({ result }: OperationScope): SchemaUse {
  return { direction: 'output', view: result }
}

/**
 * What a handler usually sends, by its decorators and its declared type.
 *
 * @param scope of the operation
 * @param status with which it is sent
 * @param redirects true for `@Redirect`
 */
export function usualResult(scope: OperationScope, status: number, redirects: boolean): Result {
  const { endpoint, schemas, shapes, origin, result: view } = scope
  if (redirects || status === 204 || status === 205 || status === 304 || endpoint.method === 'HEAD')
    return NOTHING
  if (endpoint.metadata.onMethod(Render) !== undefined) return { schema: TEXT, mediaTypes: ['text/html'] }
  const type: unknown = returnType(endpoint.owner, endpoint.member)
  if (isStream(scope)) return streamed(scope, undefined)
  if (isBytes(type)) return { schema: primitiveSchema(Buffer), mediaTypes: ['application/octet-stream'] }
  if (type === String) return { schema: TEXT, mediaTypes: ['text/plain'] }
  if (isFetchResponse(type)) return { schema: {}, mediaTypes: ['*/*'] }
  const isUnknown = type === Promise || type === Object || isObservable(type)
  if (view?.type !== undefined && (isUnknown || type === undefined || type === Array)) {
    const own = schemas.of(view.type as TypeReference, resultUse(scope), origin)
    const list: SchemaObject = { type: 'array', items: own }
    // a promise may be one of them or a list
    return { schema: type === Array ? list : { anyOf: [own, list] }, mediaTypes: JSON_ONLY }
  }
  if (shapes.result !== undefined) return { schema: olderSchema(scope), mediaTypes: JSON_ONLY }
  const isKnown = isClass(type) && (!isBuiltIn(type) || type === Number || type === Boolean || type === Array)
  if (!isUnknown && (isKnown || schemaOf(type) !== undefined)) {
    const isObject = view?.type !== undefined && !isBuiltIn(type)
    const shown = (isObject ? view.type : type) as TypeReference
    return { schema: schemas.of(shown, resultUse(scope), origin), mediaTypes: JSON_ONLY }
  }
  // an async method, or an interface: something is sent that nothing is known of
  return isUnknown ? { schema: {}, mediaTypes: JSON_ONLY } : NOTHING
}

/**
 * What a handler sends by its `@Returns`.
 *
 * @param scope of the operation
 * @param declared what it says
 * @param isSuccess false for what filters send: no serializer sees it
 */
export function declaredResult(
  scope: OperationScope,
  { type, isList, nullable: isNullable }: ReturnsDeclaration,
  isSuccess: boolean,
): Result {
  const { schemas, shapes, origin, result: view } = scope
  const shown = (isSuccess ? (view?.type ?? type) : type) as TypeReference
  const use = isSuccess ? resultUse(scope) : ({ direction: 'output' } as const)
  const isOlder = isSuccess && shapes.result !== undefined
  const item = isOlder ? olderSchema(scope) : schemas.of(shown, use, origin)
  if (isSuccess && isStream(scope)) return streamed(scope, item)
  const schema = isList ? { type: 'array', items: item } : item
  return { schema: isNullable === true ? nullable(schema) : schema, mediaTypes: JSON_ONLY }
}

/** What a transformer makes of the result: it is not looked at by serializers any more. */
export function olderSchema({ schemas, shapes, origin }: OperationScope): SchemaObject {
  return schemas.of(shapes.result ?? 'object', { direction: 'output' }, origin)
}

/** Several values, one after the other. */
function streamed({ endpoint }: OperationScope, item: SchemaObject | undefined): Result {
  const values = item === undefined ? {} : { item }
  const list = { type: 'array', items: item ?? {} }
  if (endpoint.events) return { schema: list, ...values, mediaTypes: [EVENTS] }
  const form = endpoint.metadata.onMethod(StreamAs)
  if (form === 'json') return { schema: list, ...values, mediaTypes: JSON_ONLY }
  // without a form the first value decides: only of objects it is known what they become
  const isOpen = form === undefined && item === undefined
  return {
    schema: list,
    ...values,
    mediaTypes: isOpen ? [LINES, 'text/plain', 'application/octet-stream'] : [LINES],
  }
}

function isStream({ endpoint }: OperationScope): boolean {
  if (endpoint.events || endpoint.metadata.onMethod(StreamAs) !== undefined) return true
  const handler: unknown = Reflect.get(endpoint.owner.prototype as object, endpoint.member)
  return Object.prototype.toString.call(handler) === '[object AsyncGeneratorFunction]'
}

function isBytes(type: unknown): boolean {
  if (type === Buffer || type === Uint8Array) return true
  return isClass(type) && [StreamableFile, Readable].some((one) => type === one || inherits(type, one))
}

function inherits(type: Class, base: Function): boolean {
  return (type.prototype as unknown) instanceof base
}

/** By its tag: naming the global `Response` would make Node load its whole Fetch implementation. */
function isFetchResponse(type: unknown): boolean {
  return (
    isClass(type) && (type.prototype as { [Symbol.toStringTag]?: string })[Symbol.toStringTag] === 'Response'
  )
}

/** Its values are known to nobody: the compiler notes only that it is an observable. */
function isObservable(type: unknown): boolean {
  return isClass(type) && typeof (type.prototype as { subscribe?: unknown }).subscribe === 'function'
}
