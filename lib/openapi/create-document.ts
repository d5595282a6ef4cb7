import type { Class } from '../common/index.js'
import { AppModel, MODEL_DESCRIBERS, type ApplicationContext } from '../core/index.js'
import { WebFeature, type HttpEndpoint, type RouteDescription } from '../web/index.js'
import { ApiExcludeController, ApiExcludeEndpoint, ApiExtraModels } from './decorators/operation.js'
import type { OpenApiDocument, TagObject } from './document.js'
import { copyAsJson } from './copy.js'
import { toOpenApi30 } from './downgrade.js'
import { OpenApiOptionsInvalid } from './errors.js'
import { EndpointNotes } from './operation/enhancers.js'
import type { OlderShapes } from './operation/scope.js'
import { tagsOf, type DescribedEndpoint, type OperationContext } from './operation/operation.js'
import { PathsBuilder } from './operation/paths-builder.js'
import { addLinks } from './operation/response-links.js'
import { SecuritySchemes } from './operation/security.js'
import { sharedParts } from './operation/shared.js'
import type { OpenApiOptions } from './options.js'
import { assertReferences, renameSchemas } from './references.js'
import { SchemaRegistry } from './schema/registry.js'

/**
 * Describes an application as an OpenAPI document.
 *
 * @param app of `createApp`, with its global prefix and versioning set
 * @param options title, version, which endpoints …
 * @throws {CorbelError} CORBEL_OPENAPI_OPTIONS, CORBEL_OPENAPI_TYPE_MISSING, CORBEL_OPENAPI_OPERATION_ID,
 *   CORBEL_OPENAPI_REFERENCE
 * @example
 * const document = createOpenApiDocument(app, { title: 'Cats', version: '1.0.0' })
 */
export function createOpenApiDocument(
  app: ApplicationContext,
  options: OpenApiOptions = {},
): OpenApiDocument {
  return describeModel(app.get(AppModel), options)
}

/**
 * As `createOpenApiDocument`, for features.
 *
 * @param model of the application
 * @param options see `OpenApiOptions`
 * @param paths is filled: endpoints with their first path, as the document writes it
 */
export function describeModel(
  model: AppModel,
  options: OpenApiOptions,
  paths: Map<HttpEndpoint, string> = new Map(),
): OpenApiDocument {
  const web = model.features.find((feature) => feature instanceof WebFeature)
  if (web === undefined)
    throw new OpenApiOptionsInvalid({
      reason: 'there is nothing to describe: the application has no controllers over HTTP.',
    })
  const docstrings = options.docstrings ?? {}
  const schemas = new SchemaRegistry(
    options.schemaConverter,
    docstrings,
    model.contributions(MODEL_DESCRIBERS),
    options.exampleOf,
  )
  const context: OperationContext = {
    schemas,
    notes: new EndpointNotes(model),
    security: new SecuritySchemes(options.securitySchemes),
    versioning: web.options.versioning,
    errors: web.options.errors,
    docstrings,
    isSecured: (options.security ?? []).length > 0,
    autoTags: options.autoTags !== false,
    shared: sharedParts(options),
  }
  const builder = new PathsBuilder(context, options, web.options.globalPrefix, paths)
  const models = new Set<Class>(options.extraModels)
  for (const described of endpointsOf(model, web.routesOf(model), options)) {
    builder.add(described)
    for (const one of described.endpoint.metadata.get(ApiExtraModels) ?? []) models.add(one)
  }
  for (const one of models) schemas.of(one, { direction: 'output' }, '@ApiExtraModels()')
  addLinks(builder.built(), schemas, options.linkName)
  return finish(builder, context, options)
}

function finish(
  builder: PathsBuilder,
  { schemas, security, docstrings }: OperationContext,
  options: OpenApiOptions,
): OpenApiDocument {
  const { title = 'API', version = '1.0.0', summary, description, termsOfService, contact, license } = options
  const own = { title, version, summary, description, termsOfService, contact, license }
  const info = { ...own, ...options.infoExtensions }
  const extensions = Object.entries(options).filter(([name]) => name.startsWith('x-'))
  const tags = allTags(options.tags ?? [], builder.tags, docstrings)
  const components = {
    ...(Object.keys(schemas.components).length > 0 && { schemas: schemas.components }),
    ...(Object.keys(security.schemes).length > 0 && { securitySchemes: security.schemes }),
  }
  const { paths, webhooks } = builder
  const made: OpenApiDocument = {
    openapi: '3.1.1',
    ...copyAsJson({
      info: without(info),
      ...(options.servers !== undefined && { servers: [...options.servers] }),
    }),
    paths,
    ...(Object.keys(webhooks).length > 0 && { webhooks }),
    // operations are copies already
    ...copyAsJson({
      ...(Object.keys(components).length > 0 && { components }),
      ...(options.security !== undefined && { security: [...options.security] }),
      ...(tags.length > 0 && { tags }),
      ...(options.externalDocs !== undefined && { externalDocs: options.externalDocs }),
      ...(Object.fromEntries(extensions) as object),
    }),
  }
  renameSchemas(made, schemas.renames())
  const wanted = options.openapi === '3.0' ? toOpenApi30(made) : made
  const document = options.transform?.(wanted) ?? wanted
  assertReferences(document)
  return document
}

function without<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T
}

function allTags(
  declared: readonly TagObject[],
  used: ReadonlyMap<string, Class>,
  docstrings: Readonly<Record<string, string>>,
): TagObject[] {
  const names = new Set(declared.map(({ name }) => name))
  const others = [...used].filter(([name]) => !names.has(name))
  return [
    ...declared,
    ...others.map(([name, owner]) => ({
      name,
      ...(docstrings[owner.name] !== undefined && { description: docstrings[owner.name]! }),
    })),
  ]
}

/** The endpoints that a document is about. */
function* endpointsOf(
  model: AppModel,
  routes: readonly HttpEndpoint[],
  options: OpenApiOptions,
): Iterable<DescribedEndpoint> {
  const { include, exclude = [], onlyTags, filter } = options
  const included = include === undefined ? undefined : includedModules(include, model, options.includeImports)
  const describing = model.features.filter((feature) => feature.describe !== undefined)
  for (const endpoint of routes) {
    if (endpoint.direct || isHidden(endpoint)) continue
    const module = endpoint.module.type
    if (included?.has(module) === false || exclude.includes(module)) continue
    if (onlyTags !== undefined && !tagsOf(endpoint, options.autoTags).some((tag) => onlyTags.includes(tag)))
      continue
    if (filter !== undefined && !filter(endpoint)) continue
    const all = describing.map((feature) => feature.describe!(endpoint) as Described | undefined)
    const told = Object.assign({}, ...all) as Described
    const refusals = all.flatMap((one) => Object.entries(one?.refusals ?? {}))
    yield {
      endpoint,
      route: told,
      refusals: refusals.map(([status, description]) => [Number(status), description]),
      deprecation: told.deprecated ?? undefined,
      produces: told.produces,
      shapes: told.shapes ?? {},
    }
  }
}

/** What features tell of a route, as far as documents know it. */
interface Described extends RouteDescription {
  readonly deprecated?: { readonly sunset?: string } | null
  readonly produces?: readonly string[]
  readonly shapes?: OlderShapes
}

/** The named modules, and where it is wanted those that they import. */
function includedModules(include: readonly Class[], { graph }: AppModel, deep = false): ReadonlySet<unknown> {
  if (!deep) return new Set(include)
  const met = new Set(graph.modules.filter(({ type }) => include.includes(type)))
  // a set is walked to what is added meanwhile
  for (const module of met) for (const one of module.imports) met.add(one)
  return new Set([...met].map(({ type }) => type))
}

function isHidden({ metadata }: HttpEndpoint): boolean {
  return metadata.onMethod(ApiExcludeEndpoint) ?? metadata.onClass(ApiExcludeController) ?? false
}
