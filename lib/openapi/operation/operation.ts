import { endpointName } from '../../pipeline/index.js'
import {
  Consumes,
  type ErrorFormat,
  type HttpEndpoint,
  type RouteDescription,
  type VersioningOptions,
} from '../../web/index.js'
import {
  ApiCallbacks,
  ApiExtension,
  ApiOperation,
  ApiServer,
  ApiTags,
  type CallbackOptions,
} from '../decorators/operation.js'
import type { OperationObject, PathItemObject } from '../document.js'
import { docstringOf } from '../schema/docstring.js'
import type { SchemaRegistry } from '../schema/registry.js'
import { requestBody } from './body.js'
import type { EndpointNotes } from './enhancers.js'
import { extensionsOf, operationParameters } from './parameters.js'
import { hostServer, type PathTemplate } from './paths.js'
import { operationResponses } from './responses.js'
import type { OlderShapes, OperationScope } from './scope.js'
import type { SecuritySchemes } from './security.js'
import type { SharedParts } from './shared.js'
import { thrownStatuses } from './thrown.js'
import { namedSchema } from './values.js'

/** What all operations of a document share. */
export interface OperationContext {
  readonly schemas: SchemaRegistry
  readonly notes: EndpointNotes
  readonly security: SecuritySchemes
  readonly versioning: VersioningOptions | undefined
  readonly errors: ErrorFormat
  readonly docstrings: Readonly<Record<string, string>>
  /** True if the document asks for credentials unless an operation says otherwise. */
  readonly isSecured: boolean
  /** False if only decorators give tags. */
  readonly autoTags: boolean
  /** What every operation has besides its own. */
  readonly shared: SharedParts
}

/** An endpoint with what features tell of it. */
export interface DescribedEndpoint {
  readonly endpoint: HttpEndpoint
  readonly route: RouteDescription
  /** Statuses with which features answer in the place of the handler. */
  readonly refusals: readonly (readonly [status: number, description: string])[]
  /** As `@Deprecated` says it, or its version. */
  readonly deprecation: { readonly sunset?: string } | undefined
  /** The version that the path tells. */
  readonly version?: string | undefined
  /** The media types of `@Produces`. */
  readonly produces: readonly string[] | undefined
  readonly shapes: OlderShapes
}

/** Methods whose requests may have a body that means something (RFC 9110 §9.3). */
const WITHOUT_BODY = new Set(['GET', 'HEAD', 'TRACE'])

/**
 * The tags of an endpoint: those of decorators, otherwise the controller's name.
 *
 * @param endpoint the endpoint
 * @param auto whether the controller's name counts
 */
export function tagsOf({ metadata, owner }: HttpEndpoint, auto = true): readonly string[] {
  const own = metadata.onMethod(ApiOperation)?.tags
  const declared = [...(metadata.get(ApiTags) ?? []), ...(own ?? [])]
  if (declared.length > 0 || !auto) return [...new Set(declared)]
  return [owner.name.replace(/Controller$/, '') || owner.name]
}

/**
 * Describes one operation.
 *
 * @param described the endpoint
 * @param template one of its paths
 * @param method one of its methods, upper case
 * @param operationId its id
 * @param context of the document
 */
export function operationOf(
  described: DescribedEndpoint,
  template: PathTemplate,
  method: string,
  operationId: string,
  context: OperationContext,
): OperationObject {
  const { endpoint, route, deprecation, produces, shapes, version } = described
  const { metadata } = endpoint
  const { schemas, notes, errors, versioning } = context
  const refusals = new Map<number, string>()
  const refuse = (status: number, description: string): void => {
    if (!refusals.has(status)) refusals.set(status, description)
  }
  const interceptors = notes.interceptors(endpoint)
  const scope: OperationScope = {
    endpoint,
    schemas,
    notes,
    route,
    result: interceptors.findLast(({ result }) => result !== undefined)?.result,
    produces,
    shapes,
    errors,
    origin: endpointName(endpoint),
    refuse,
  }
  const guards = notes.guards(endpoint)
  if (notes.hasOtherGuards(endpoint)) refuse(403, 'A guard refuses the call.')
  for (const { responses } of [...guards, ...interceptors, ...notes.filters(endpoint)])
    for (const [status, description] of Object.entries(responses ?? {})) refuse(Number(status), description)
  const thrown = docstringOf(context.docstrings, endpoint.owner, `${String(endpoint.member)}@throws`)
  for (const [status, description] of thrownStatuses(thrown ?? '')) refuse(status, description)
  const isAsked = guards.some(({ security = [] }) => security.some(({ optional }) => optional !== true))
  if (isAsked) refuse(401, 'The credentials are missing or not valid.')
  for (const [status, description] of refusalsOf(described)) refuse(status, description)
  const {
    summary,
    description,
    externalDocs,
    servers,
    deprecated: isOld,
    ...rest
  } = metadata.onMethod(ApiOperation) ?? {}
  const parameters = operationParameters(
    scope,
    template,
    version === undefined ? versioning : undefined,
    context.shared.parameters,
  )
  const body = WITHOUT_BODY.has(method) ? undefined : requestBody(scope)
  const security = context.security.of(endpoint, guards)
  const tags = tagsOf(endpoint, context.autoTags)
  const isPublic = security === undefined && context.isSecured && guards.length > 0
  const text = docstringOf(context.docstrings, endpoint.owner, String(endpoint.member))
  const [first, more] = text === undefined ? [] : sentences(text)
  const own = [...(servers ?? []), ...(metadata.get(ApiServer) ?? [])]
  if (endpoint.host !== undefined) own.push(hostServer(endpoint.host, endpoint))
  const callbacks = metadata.onMethod(ApiCallbacks)
  return {
    operationId,
    ...given({ summary: summary ?? first, description: description ?? more }),
    ...(tags.length > 0 && { tags: [...tags] }),
    ...((isOld ?? deprecation !== undefined) && { deprecated: true }),
    ...(deprecation?.sunset !== undefined && { 'x-sunset': deprecation.sunset }),
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && { requestBody: body }),
    responses: operationResponses(scope, refusals, context.shared.responses),
    ...(security !== undefined && { security }),
    ...(isPublic && { security: [] }),
    ...(own.length > 0 && { servers: own }),
    ...(externalDocs !== undefined && { externalDocs }),
    ...(callbacks !== undefined && { callbacks: callbacksOf(callbacks, scope) }),
    ...extensionsOf(rest),
    ...Object.fromEntries((metadata.get(ApiExtension) ?? []).map(({ name, value }) => [name, value])),
  }
}

/** What features, credentials and `@Consumes` refuse. */
function* refusalsOf({ endpoint, refusals }: DescribedEndpoint): Iterable<readonly [number, string]> {
  yield* refusals
  if (endpoint.metadata.get(Consumes) !== undefined) yield [415, 'The body is of another media type.']
}

/** The first sentence, and what comes after it. */
export function sentences(text: string): readonly [string | undefined, string | undefined] {
  const end = /[.!?](?=\s|$)|\n\n/.exec(text)
  if (end === null) return [text.trim(), undefined]
  const first = text.slice(0, end.index).replaceAll(/\s+/g, ' ').trim()
  const rest = text.slice(end.index + 1).trim()
  return [first, rest === '' ? undefined : rest]
}

function given(values: Record<string, string | undefined>): Partial<OperationObject> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}

type Callbacks = NonNullable<OperationObject['callbacks']>

function callbacksOf(
  declared: readonly (CallbackOptions | Readonly<Record<string, Record<string, PathItemObject>>>)[],
  scope: OperationScope,
): Callbacks {
  const callbacks: Callbacks = {}
  for (const one of declared) {
    if (!isShort(one)) Object.assign(callbacks, one)
    else {
      const { name, callbackUrl, method, requestBody: body, expectedResponse, description } = one
      const { status, description: answer = '' } = expectedResponse
      const schema = namedSchema(body, scope, { direction: 'output' }) ?? {}
      const operation: OperationObject = {
        ...(description !== undefined && { description }),
        requestBody: { required: body.required ?? true, content: { 'application/json': { schema } } },
        responses: { [String(status)]: { description: answer || 'As expected' } },
      }
      callbacks[name] = { ...callbacks[name], [callbackUrl]: { [method.toLowerCase()]: operation } }
    }
  }
  return callbacks
}

function isShort(one: object): one is CallbackOptions {
  return 'callbackUrl' in one
}
