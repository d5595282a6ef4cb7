import { statusText } from '../../http/index.js'
import { Header, Redirect, Returns, usualStatus } from '../../web/index.js'
import { ResponseMetadata, type ResponseDeclaration } from '../decorators/responses.js'
import type { HeaderObject, MediaTypeObject, ResponseObject, SchemaObject } from '../document.js'
import { errorContent } from './error-content.js'
import { EVENTS, mediaOf, mediaTypesOf, resultContent } from './media.js'
import { schemaByHand } from '../schema/by-hand.js'
import { resolveType, type TypeReference } from '../schema/type-reference.js'
import { extensionsOf } from './parameters.js'
import { declaredResult, resultUse, usualResult } from './result.js'
import type { OperationScope } from './scope.js'
import { namedSchema } from './values.js'

/**
 * The responses of an operation: what the handler returns, the errors that something declares, and `@ApiResponse`.
 *
 * @param scope of the operation
 * @param refusals statuses that guards, pipes and filters answer by themselves
 * @param shared responses of every operation
 */
export function operationResponses(
  scope: OperationScope,
  refusals: ReadonlyMap<number, string>,
  shared: readonly ResponseDeclaration[] = [],
): Record<string, ResponseObject> {
  const { endpoint } = scope
  const declared = byStatus(endpoint.metadata.get(ResponseMetadata) ?? [])
  const redirect = endpoint.metadata.onMethod(Redirect)
  const usual = redirect?.statusCode ?? usualStatus(endpoint)
  const returned = new Map(
    (endpoint.metadata.onMethod(Returns) ?? []).map((one) => [one.status ?? usual, one]),
  )
  const found = new Map<string, ResponseObject>()
  const headers = responseHeaders(scope)
  // who describes another success says which one it is
  const isElsewhere =
    [...declared.keys()].some((status) => /^[23]/.test(status)) &&
    !declared.has(String(usual)) &&
    returned.size === 0
  if (!isElsewhere) {
    found.set(String(usual), {
      description: statusText(usual) || 'The result',
      ...(Object.keys(headers).length > 0 && { headers }),
      ...contentOf(resultContent(scope, usualResult(scope, usual, redirect !== undefined))),
    })
  }
  for (const [status, one] of returned) {
    const known = found.get(String(status))
    const content = resultContent(scope, declaredResult(scope, one, status < 400))
    found.set(String(status), { description: statusText(status), ...known, ...contentOf(content) })
  }
  for (const [status, description] of refusals) {
    found.set(String(status), { description, content: errorContent(scope) })
  }
  for (const [status, options] of byStatus(shared))
    if (!declared.has(status)) found.set(status, refined(status, options, found.get(status), scope))
  for (const [status, options] of declared)
    found.set(status, refined(status, options, found.get(status), scope))
  if (scope.route.live !== undefined) addEvents(found)
  // objects have numbers first, in their order
  const all = declared.size === 0 ? [...found] : [...found].sort(([a], [b]) => order(a) - order(b))
  return Object.fromEntries(all)
}

/** Live queries send their results as events, too, to clients that ask for that. */
function addEvents(found: Map<string, ResponseObject>): void {
  const success = found.get('200')
  const schema = success?.content?.['application/json']?.schema
  if (success === undefined) return
  const events = mediaOf(EVENTS, {
    schema,
    ...(schema !== undefined && { item: schema }),
    mediaTypes: [EVENTS],
  })
  found.set('200', { ...success, content: { ...success.content, [EVENTS]: events } })
}

const JSON_ONLY = ['application/json']

function refined(
  status: string,
  options: ResponseDeclaration,
  known: ResponseObject | undefined,
  scope: OperationScope,
): ResponseObject {
  const isError = /^[45]|default/.test(status)
  const isOlder = !isError && scope.shapes.result !== undefined && options.type !== undefined
  const shown = isOlder ? { ...options, ...inShape(options.type, scope) } : options
  const schema = namedSchema(shown, scope, isError || isOlder ? { direction: 'output' } : resultUse(scope))
  const hasBody = status !== '204' && status !== '304' && !status.startsWith('1')
  const media = (own: SchemaObject | undefined): MediaTypeObject => ({
    ...(own !== undefined && { schema: own }),
    ...(options.example !== undefined && { example: options.example }),
    ...(options.examples !== undefined && { examples: options.examples }),
  })
  let content = known?.content ?? (isError && schema === undefined ? errorContent(scope) : undefined)
  if (schema !== undefined && hasBody) {
    const types = isError ? JSON_ONLY : mediaTypesOf(scope, JSON_ONLY)
    // what is written out by hand is meant for every type
    const inType = (type: string): SchemaObject | undefined =>
      isError || options.schema !== undefined ? schema : mediaOf(type, { schema, mediaTypes: types }).schema
    content = Object.fromEntries(types.map((type) => [type, media(inType(type))]))
  } else if (content !== undefined && (options.example !== undefined || options.examples !== undefined)) {
    content = Object.fromEntries(Object.entries(content).map(([type, { schema: own }]) => [type, media(own)]))
  }
  if (options.content !== undefined)
    content = { ...(schema === undefined ? {} : content), ...contentByHand(options.content) }
  return {
    ...known,
    description:
      options.description ??
      known?.description ??
      (/^\d+$/.test(status) ? statusText(Number(status)) : 'Any other result'),
    ...(options.headers !== undefined && { headers: { ...known?.headers, ...options.headers } }),
    ...(content !== undefined && hasBody && { content }),
    ...(options.links !== undefined && { links: { ...options.links } }),
    ...extensionsOf(options),
  }
}

function contentByHand(content: Readonly<Record<string, MediaTypeObject>>): Record<string, MediaTypeObject> {
  const entries = Object.entries(content).map(
    ([type, media]) =>
      [type, media.schema === undefined ? media : { ...media, schema: schemaByHand(media.schema) }] as const,
  )
  return Object.fromEntries(entries)
}

/** The older shape in the place of the newest, as one or as a list of them. */
function inShape(type: TypeReference, { shapes, origin }: OperationScope): { readonly type: TypeReference } {
  const older = shapes.result ?? 'object'
  return { type: resolveType(type, origin).lists > 0 ? [older] : older }
}

/** Class first, then method: of one status, what comes later refines what came before. */
function byStatus(all: readonly ResponseDeclaration[]): Map<string, ResponseDeclaration> {
  const found = new Map<string, ResponseDeclaration>()
  for (const one of all) {
    const status = String(one.status)
    found.set(status, { ...found.get(status), ...one })
  }
  return found
}

function order(status: string): number {
  return status === 'default' ? 1000 : Number(status.replaceAll('X', '9'))
}

function contentOf(content: Record<string, MediaTypeObject> | undefined): Pick<ResponseObject, 'content'> {
  return content === undefined ? {} : { content }
}

/** `@Header` and `@Redirect`. */
function responseHeaders({ endpoint }: OperationScope): Record<string, HeaderObject> {
  const headers: Record<string, HeaderObject> = {}
  for (const { name, value } of endpoint.metadata.onMethod(Header) ?? []) {
    if (name.toLowerCase() === 'content-type') continue
    headers[name] = { schema: { type: 'string', ...(typeof value === 'string' && { examples: [value] }) } }
  }
  if (endpoint.metadata.onMethod(Redirect) !== undefined)
    headers['Location'] = { schema: { type: 'string', format: 'uri-reference' } }
  return headers
}
