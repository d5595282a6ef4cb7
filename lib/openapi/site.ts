import { typedKey } from '../common/index.js'
import type { HttpRequest, HttpResponse } from '../http/index.js'
import { joinPaths } from '../web/index.js'
import type { AppModel } from '../core/index.js'
import { copyAsJson } from './copy.js'
import { describeModel } from './create-document.js'
import type { OpenApiDocument } from './document.js'
import { OpenApiOptionsInvalid } from './errors.js'
import type { OpenApiOptions } from './options.js'
import { prepareText, type PreparedFile } from './prepared.js'
import type { ResolvePackage } from './ui/interface.js'
import { UserInterfacePage, type UserInterfaceOptions } from './ui/page.js'
import { redoc } from './ui/redoc.js'
import { scalar } from './ui/scalar.js'
import { swaggerUi } from './ui/swagger-ui.js'
import { toYaml } from './yaml.js'

/** Pages that show documents; true for one at its usual path. */
export interface UiOptions {
  /** Swagger UI, at `/docs`. Needs swagger-ui-dist. */
  readonly swagger?: boolean | UserInterfaceOptions
  /** ReDoc, at `/redoc`. Needs redoc. */
  readonly redoc?: boolean | UserInterfaceOptions
  /** Scalar, at `/reference`. Needs @scalar/api-reference. */
  readonly scalar?: boolean | UserInterfaceOptions
  /** Serves pages also where NODE_ENV is `production`. Default false. */
  readonly production?: boolean
}

/** A document with the place where it is served. */
export interface ServedDocument extends OpenApiOptions {
  /** Without extension: `.json` and `.yaml` are added. Default `/openapi`. */
  readonly path?: string
  /** Where it is served as JSON and as YAML, if not there; false: not as YAML. */
  readonly jsonPath?: string
  readonly yamlPath?: string | false
  /** For the pages, which show several documents by name. Default: the title. */
  readonly name?: string
}

/** Where a document is, and its bytes: made once, and sent as they are. */
export class PreparedDocument {
  private source: OpenApiDocument | (() => OpenApiDocument) = () => {
    throw new TypeError('The document is made when the application is initialised.')
  }
  private files: Partial<Record<'json' | 'yaml', PreparedFile>> = {}
  /** Changes it for each request; what it makes is not kept. */
  patch: PatchDocument | undefined

  /**
   * @param name for pages
   * @param jsonPath where it is served as JSON
   * @param yamlPaths where it is served as YAML; nowhere if there are none
   */
  constructor(
    readonly name: string,
    readonly jsonPath: string,
    readonly yamlPaths: readonly string[],
  ) {}

  /** @param source the document, or what makes it when it is asked for */
  set(source: OpenApiDocument | (() => OpenApiDocument)): void {
    this.source = source
    this.files = {}
  }

  get document(): OpenApiDocument {
    if (typeof this.source === 'function') this.source = this.source()
    return this.source
  }

  get json(): PreparedFile {
    return (this.files.json ??= prepareText(JSON.stringify(this.document), 'application/json; charset=utf-8'))
  }

  get yaml(): PreparedFile {
    return (this.files.yaml ??= prepareText(toYaml(this.document), 'application/yaml; charset=utf-8'))
  }

  /**
   * The bytes for a request.
   *
   * @param form in which it is asked for
   */
  fileFor(form: 'json' | 'yaml', request: HttpRequest, response: HttpResponse): PreparedFile {
    const { patch } = this
    if (patch === undefined) return this[form]
    const patched = new PreparedDocument(this.name, this.jsonPath, this.yamlPaths)
    patched.set(patch(request, response, copyAsJson(this.document)))
    return patched[form]
  }
}

/** Makes the document that one request gets of a copy of the one that is prepared. */
export type PatchDocument = (
  request: HttpRequest,
  response: HttpResponse,
  document: OpenApiDocument,
) => OpenApiDocument

const INTERFACES = {
  swagger: { ui: swaggerUi, path: '/docs' },
  redoc: { ui: redoc, path: '/redoc' },
  scalar: { ui: scalar, path: '/reference' },
} as const

/** Documents and pages of an application, made at boot. */
export class DocumentSite {
  readonly documents: readonly PreparedDocument[]
  readonly pages: readonly UserInterfacePage[]

  /**
   * @param served one document or several
   * @param ui pages
   * @param resolve finds packages; for tests
   * @throws {CorbelError} CORBEL_PACKAGE_MISSING, CORBEL_OPENAPI_OPTIONS
   */
  constructor(
    readonly served: readonly ServedDocument[],
    ui: UiOptions = {},
    resolve?: ResolvePackage,
  ) {
    this.documents = served.map(({ path = '/openapi', name, title, jsonPath, yamlPath }) => {
      const base = joinPaths(path).replace(/\.(json|ya?ml)$/, '')
      const usual = [`${base}.yaml`, `${base}.yml`]
      const yaml = yamlPath === false ? [] : yamlPath === undefined ? usual : [joinPaths(yamlPath)]
      return new PreparedDocument(name ?? title ?? 'API', joinPaths(jsonPath ?? `${base}.json`), yaml)
    })
    this.pages = this.makePages(ui, resolve)
    const paths = [...this.documents.map(({ jsonPath }) => jsonPath), ...this.pages.map(({ path }) => path)]
    const twice = paths.find((path, index) => paths.indexOf(path) !== index)
    if (twice !== undefined)
      throw new OpenApiOptionsInvalid({
        reason: `two documents or pages are to be at ${twice}. Give each a path.`,
      })
  }

  private makePages(ui: UiOptions, resolve: ResolvePackage | undefined): readonly UserInterfacePage[] {
    if (process.env['NODE_ENV'] === 'production' && ui.production !== true) return []
    const documents = this.documents.map(({ jsonPath, name }) => ({ name, url: jsonPath }))
    const origins = this.served
      .flatMap(({ servers }) => servers ?? [])
      .flatMap(({ url }) => originOf(url) ?? [])
    return (['swagger', 'redoc', 'scalar'] as const).flatMap((kind) => {
      const options = ui[kind]
      if (options === undefined || options === false) return []
      const own = options === true ? {} : options
      const path = joinPaths(own.path ?? INTERFACES[kind].path)
      if (path === '/')
        throw new OpenApiOptionsInvalid({ reason: `a page cannot be at /. Give ui.${kind} a path.` })
      return [
        new UserInterfacePage(
          INTERFACES[kind].ui,
          { ...own, path },
          documents,
          [...new Set(origins)],
          resolve,
        ),
      ]
    })
  }

  /**
   * Makes every document.
   *
   * @param model of the application, complete
   * @param warn told of what documents cannot say
   */
  prepare(model: AppModel, warn: (message: string) => void): void {
    this.documents.forEach((prepared, index) => {
      prepared.set(describeModel(model, { onWarning: warn, ...this.served[index]! }))
      void [prepared.json, prepared.yaml] // now, so that no request waits for it
    })
  }
}

/** The documents that an application serves, for tools that write them elsewhere. */
export const OPENAPI_SITES = typedKey<DocumentSite>('openapi sites')

function originOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).origin : undefined
}
