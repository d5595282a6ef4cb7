import type { Class } from '../common/index.js'
import { AppModel, type ApplicationContext } from '../core/index.js'
import { BootFailed, linkGraph } from '../di/index.js'
import { AlreadyInitialised, joinPaths, WebFeature } from '../web/index.js'
import { siteControllers } from './controllers.js'
import { createOpenApiDocument } from './create-document.js'
import type { OpenApiDocument } from './document.js'
import { hasApiDecorators } from './decorated.js'
import type { OpenApiOptions } from './options.js'
import { DocumentSite, type PatchDocument, type ServedDocument } from './site.js'
import type { ShownDocument } from './ui/interface.js'

/** Options of `SwaggerModule.createDocument`. */
export interface SwaggerDocumentOptions {
  /** Only the endpoints of these modules; all of them if it is empty. */
  readonly include?: readonly Class[]
  readonly extraModels?: readonly Class[]
  readonly ignoreGlobalPrefix?: boolean
  /** Of `include`, also the modules that they import. Default false. */
  readonly deepScanRoutes?: boolean
  /** Default `CatsController_find`, with `_1` behind it for the version 1. */
  readonly operationIdFactory?: (controllerKey: string, methodKey: string, version?: string) => string
  /** Makes names of the links of `@ApiLink`. Default `CatsController_find_from_id`. */
  readonly linkNameFactory?: (controllerKey: string, methodKey: string, fieldKey: string) => string
  /** Gives operations the name of their controller as a tag. Default true. */
  readonly autoTagControllers?: boolean
  /** Only endpoints that have some `@Api…` decorator themselves. Default false. */
  readonly onlyIncludeDecoratedEndpoints?: boolean
}

/** Options of `SwaggerModule.setup`. */
export interface SwaggerCustomOptions {
  /** Puts the application's global prefix in front of the path. Default false. */
  readonly useGlobalPrefix?: boolean
  /** Whether there is a page. Default true. */
  readonly ui?: boolean
  /** As `ui`. */
  readonly swaggerUiEnabled?: boolean
  /** Whether the document is served by itself, or in which forms. Default true. */
  readonly raw?: boolean | readonly ('json' | 'yaml')[]
  /** Where the document is; default `<path>-json` and `<path>-yaml`. */
  readonly jsonDocumentUrl?: string
  readonly yamlDocumentUrl?: string
  /** Makes the document of one request. */
  readonly patchDocumentOnRequest?: PatchDocument
  /** Shows the bar with the choice between documents. */
  readonly explorer?: boolean
  /** The document that the page shows, if it is not this one. */
  readonly swaggerUrl?: string
  readonly url?: string
  /** Several documents that the page shows. */
  readonly urls?: readonly ShownDocument[]
  /** Swagger UI's own options: `persistAuthorization`, `initOAuth`, `urls` … */
  readonly swaggerOptions?: Readonly<Record<string, unknown>>
  readonly validatorUrl?: string | null
  readonly customCss?: string
  readonly customCssUrl?: string | readonly string[]
  readonly customJs?: string | readonly string[]
  readonly customJsStr?: string | readonly string[]
  readonly customfavIcon?: string
  readonly customSiteTitle?: string
  /** A folder with the files of swagger-ui-dist. */
  readonly customSwaggerUiPath?: string
}

/** What `DocumentBuilder.build()` makes, or a document without its paths. */
export type SwaggerConfig = OpenApiOptions | Omit<OpenApiDocument, 'paths'>

/** The way in for applications that come from elsewhere: `createDocument` and `setup`, under the names that they know. */
export class SwaggerModule {
  /**
   * As `createOpenApiDocument`, with the ids of operations that generated clients know from there.
   *
   * @param app of `createApp`
   * @param config of `DocumentBuilder`, or a document without paths
   * @param options see `SwaggerDocumentOptions`
   */
  static createDocument(
    app: ApplicationContext,
    config: SwaggerConfig,
    options: SwaggerDocumentOptions = {},
  ): OpenApiDocument {
    const { include, extraModels, ignoreGlobalPrefix, deepScanRoutes, autoTagControllers } = options
    const { operationIdFactory = usualId, linkNameFactory: nameLink = usualLink } = options
    return createOpenApiDocument(app, {
      ...optionsOf(config),
      ...(include !== undefined && include.length > 0 && { include }),
      ...(extraModels !== undefined && { extraModels }),
      ...(ignoreGlobalPrefix !== undefined && { ignoreGlobalPrefix }),
      ...(deepScanRoutes !== undefined && { includeImports: deepScanRoutes }),
      ...(autoTagControllers !== undefined && { autoTags: autoTagControllers }),
      ...(options.onlyIncludeDecoratedEndpoints === true && { filter: hasApiDecorators }),
      operationId: ({ controller, method, version }) => operationIdFactory(controller, method, version),
      linkName: ({ controller, method, field }) => nameLink(controller, method, field),
    })
  }

  /**
   * Serves a document, and Swagger UI for it. Unlike `OpenApiModule` it does so in production, too.
   *
   * @param path of the page
   * @param app not initialised yet
   * @param document it, or what makes it when it is first asked for
   * @param options see `SwaggerCustomOptions`
   * @throws {CorbelError} CORBEL_ALREADY_INITIALISED; CORBEL_PACKAGE_MISSING without swagger-ui-dist
   */
  static setup(
    path: string,
    app: ApplicationContext,
    document: OpenApiDocument | (() => OpenApiDocument),
    options: SwaggerCustomOptions = {},
  ): void {
    const model = app.get(AppModel)
    const web = model.features.find((feature) => feature instanceof WebFeature)
    if (web === undefined || web.isReady) throw new AlreadyInitialised({ call: 'SwaggerModule.setup()' })
    const prefix = options.useGlobalPrefix === true ? web.options.globalPrefix : ''
    const base = joinPaths(prefix, path)
    const hasPage = (options.ui ?? options.swaggerUiEnabled) !== false
    const name = typeof document === 'function' ? 'API' : document.info.title
    const served = placesOf(prefix, path, hasPage, options)
    if (served === undefined) return
    const site = new DocumentSite([{ ...served, name, path: base }], {
      ...(hasPage && { swagger: { path: base, ...pageOptions(options) } }),
      production: true,
    })
    site.documents[0]!.set(document)
    site.documents[0]!.patch = options.patchDocumentOnRequest
    for (const type of siteControllers(site)) addController(model, web, type)
  }
}

const usualId = (controller: string, method: string, version?: string): string =>
  [controller, method, ...(version === undefined ? [] : [version])].join('_')

const usualLink = (controller: string, method: string, field: string): string =>
  `${controller}_${method}_from_${field}`

/** A document without paths says its title under `info`. */
function optionsOf(config: SwaggerConfig): OpenApiOptions {
  if (!('info' in config)) return config
  const { openapi, info, components, ...rest } = config
  const extensions = Object.entries(info).filter(([key]) => key.startsWith('x-'))
  const { securitySchemes } = components ?? {}
  return {
    ...rest,
    ...(Object.fromEntries(Object.entries(info).filter(([key]) => !key.startsWith('x-'))) as object),
    openapi: openapi.startsWith('3.0') ? '3.0' : '3.1',
    ...(extensions.length > 0 && { infoExtensions: Object.fromEntries(extensions) }),
    ...(securitySchemes !== undefined && { securitySchemes }),
    transform(document) {
      for (const [kind, members] of Object.entries(components ?? {}) as [string, object][]) {
        const all = (document.components ??= {}) as Record<string, object>
        all[kind] = { ...members, ...all[kind] }
      }
    },
  }
}

/** Where the document is served; undefined where it is not, and no page needs it. */
function placesOf(
  prefix: string,
  path: string,
  hasPage: boolean,
  { raw = true, jsonDocumentUrl, yamlDocumentUrl }: SwaggerCustomOptions,
): Pick<ServedDocument, 'jsonPath' | 'yamlPath'> | undefined {
  const isServed = (form: 'json' | 'yaml'): boolean => (typeof raw === 'boolean' ? raw : raw.includes(form))
  const yamlPath = isServed('yaml') && joinPaths(prefix, yamlDocumentUrl ?? `${path}-yaml`)
  if (isServed('json')) return { jsonPath: joinPaths(prefix, jsonDocumentUrl ?? `${path}-json`), yamlPath }
  if (!hasPage && yamlPath === false) return undefined
  // the page has to get it from somewhere: from its own folder
  return { jsonPath: joinPaths(prefix, path, 'document.json'), yamlPath }
}

function pageOptions(options: SwaggerCustomOptions): object {
  const { explorer, swaggerUrl, url = swaggerUrl, urls, validatorUrl, swaggerOptions } = options
  const shown = { explorer, url, urls, validatorUrl }
  const all = {
    title: options.customSiteTitle,
    customCss: options.customCss,
    customCssUrl: options.customCssUrl,
    customJs: options.customJs,
    customJsStr: options.customJsStr,
    favicon: options.customfavIcon,
    folder: options.customSwaggerUiPath,
    options: { ...given(shown), ...swaggerOptions },
  }
  return given(all)
}

function given(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}

/** Adds a controller to an application that is booted and not compiled yet. */
function addController(model: AppModel, web: WebFeature, type: Class): void {
  const { graph, injector } = model
  const module = graph.root
  const record = graph.addProvider(module, type, 'controller')
  const { problems } = linkGraph(graph, [record])
  if (problems.length > 0) throw new BootFailed(problems)
  // it needs nothing, so that it is there at once
  void injector.resolve(record)
  web.inspect({ type, module, record }, model)
}
