import { Header } from '../../web/index.js'
import { ApiProduces } from '../decorators/operation.js'
import type { MediaTypeObject, SchemaObject } from '../document.js'
import type { Result } from './result.js'
import type { OperationScope } from './scope.js'

/** The media type of a stream of events. */
export const EVENTS = 'text/event-stream'
/** The media type of values that are sent line by line. */
export const LINES = 'application/x-ndjson'

const TEXT: SchemaObject = { type: 'string' }
const BINARY: SchemaObject = { type: 'string', format: 'binary' }

const SEQUENTIAL = new Set([EVENTS, LINES, 'application/ndjson', 'application/jsonl', 'application/json-seq'])
const IS_BINARY = /^(?:image|audio|video|font)\/|^application\/(?:octet-stream|pdf|zip|gzip|wasm)$/

/**
 * The media types of successful responses: as `@ApiProduces` says, `@Header('content-type')`, `@Produces`, or as results of
 * their kind are sent.
 *
 * @param scope of the operation
 * @param usual of their kind
 */
export function mediaTypesOf(
  { endpoint, produces }: OperationScope,
  usual: readonly string[],
): readonly string[] {
  const { metadata } = endpoint
  const declared = metadata.onMethod(ApiProduces) ?? metadata.onClass(ApiProduces)
  if (declared !== undefined) return declared
  const header = metadata
    .onMethod(Header)
    ?.findLast(({ name }) => name.toLowerCase() === 'content-type')?.value
  if (typeof header === 'string') return [header.split(';', 1)[0]!.trim()]
  return produces ?? usual
}

/**
 * The content of a response, for each media type what the result is in it.
 *
 * @param scope of the operation
 * @param result what is sent
 * @returns undefined for an empty body
 */
export function resultContent(
  scope: OperationScope,
  result: Result,
): Record<string, MediaTypeObject> | undefined {
  if (result.schema === undefined) return undefined
  const types = mediaTypesOf(scope, result.mediaTypes)
  return Object.fromEntries(types.map((type) => [type, mediaOf(type, result)]))
}

/**
 * What a result is in one media type.
 *
 * @param type without parameters
 * @param result what is sent
 * @see https://spec.openapis.org/oas/v3.2.0#sequential-media-types: several values, line by line or as events, are text
 *   whose content is described as a list
 */
export function mediaOf(type: string, { schema = {}, item }: Result): MediaTypeObject {
  if (SEQUENTIAL.has(type)) {
    const each = item ?? (schema.type === 'array' ? schema.items : schema)
    const isKnown = each !== undefined && each.type !== 'string' && Object.keys(each).length > 0
    if (!isKnown) return { schema: TEXT }
    return { schema: { ...TEXT, contentMediaType: type, contentSchema: { type: 'array', items: each } } }
  }
  if (type.startsWith('text/') && !/yaml|xml|json/.test(type)) return { schema: TEXT }
  if (IS_BINARY.test(type)) return { schema: BINARY }
  return { schema }
}
