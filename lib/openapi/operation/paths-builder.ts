import type { Class } from '../../common/index.js'
import { endpointName } from '../../pipeline/index.js'
import { strategiesOf, VERSION_NEUTRAL, VersioningType, type HttpEndpoint } from '../../web/index.js'
import { copyAsJson } from '../copy.js'
import { ApiOperation, ApiWebhook } from '../decorators/operation.js'
import {
  PATH_ITEM_METHODS,
  type OperationObject,
  type PathItemMethod,
  type PathItemObject,
} from '../document.js'
import type { OpenApiOptions } from '../options.js'
import { joinShapes } from './join-shapes.js'
import { OperationIds } from './operation-ids.js'
import { operationOf, type DescribedEndpoint, type OperationContext } from './operation.js'
import { joinVersions } from './parameters.js'
import type { BuiltOperation } from './response-links.js'
import { pathTemplates, type PathTemplate } from './paths.js'

/** The methods that `@All` stands for in a document. */
const ALL_METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH']

/** A path of an endpoint, and the version that it tells. */
interface ToldPath {
  readonly path: string
  readonly version: string | undefined
}

/** Collects the operations of a document under their paths. */
export class PathsBuilder {
  readonly paths: Record<string, PathItemObject> = {}
  readonly webhooks: Record<string, PathItemObject> = {}
  /** With the controller that has it first. */
  readonly tags = new Map<string, Class>()
  private readonly ids: OperationIds
  /** Operations with the endpoints that have them first. */
  private readonly origins = new Map<OperationObject, HttpEndpoint>()
  /** Those whose clients see an older shape. */
  private readonly converted = new Set<OperationObject>()
  /** Paths by their form alone: `/users/{}`. */
  private readonly forms = new Map<string, string>()

  constructor(
    private readonly context: OperationContext,
    private readonly options: OpenApiOptions,
    private readonly globalPrefix: string,
    private readonly known: Map<HttpEndpoint, string>,
  ) {
    this.ids = new OperationIds(options.operationId)
  }

  add(described: DescribedEndpoint): void {
    const { endpoint } = described
    const webhook = endpoint.metadata.onMethod(ApiWebhook)
    if (webhook !== undefined) {
      const { webhooks } = this
      this.operations(described, { path: '', parameters: [] }, undefined, (webhooks[webhook] ??= {}))
      return
    }
    for (const { path, version } of this.pathsOf(described)) {
      for (const template of pathTemplates(path, endpoint)) {
        const { form, renamed } = this.fitted(template)
        this.operations(described, renamed, version, (this.paths[form] ??= {}))
      }
    }
  }

  /** All operations, with their endpoints. */
  built(): readonly BuiltOperation[] {
    return [...this.origins].map(([operation, endpoint]) => ({ operation, endpoint }))
  }

  /** The paths of an endpoint that are wanted, each with its version where the path tells it. */
  private pathsOf({ route: { versions, paths } }: DescribedEndpoint): readonly ToldPath[] {
    const wanted = this.options.apiVersion === VERSION_NEUTRAL ? 'neutral' : this.options.apiVersion
    const isWanted = (version: string | undefined): boolean =>
      wanted === undefined || version === undefined || version === 'neutral' || version === wanted
    const told = this.toldVersions(versions ?? [])
    return paths
      .map((path, index): ToldPath => ({ path: this.withoutPrefix(path), version: told[index] }))
      .filter(({ version }) =>
        version === undefined ? (versions ?? [undefined]).some(isWanted) : isWanted(version),
      )
      .map(({ path, version }) => ({ path, version: version === 'neutral' ? undefined : version }))
  }

  /** Of the paths of a route, in their order: those that tell a version come first where versions stand elsewhere, too. */
  private toldVersions(versions: readonly string[]): readonly string[] {
    const { versioning } = this.context
    const strategies = versioning === undefined ? [] : strategiesOf(versioning)
    if (!strategies.some(({ type }) => type === VersioningType.URI)) return []
    return strategies.length === 1 ? versions : versions.filter((one) => one !== 'neutral')
  }

  private withoutPrefix(path: string): string {
    const prefix = `/${this.globalPrefix.replaceAll(/^\/+|\/+$/g, '')}`
    if (this.options.ignoreGlobalPrefix !== true || prefix === '/') return path
    return path === prefix ? '/' : path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path
  }

  /** Paths that differ in the names of parameters only are one path: the first names count. */
  private fitted(template: PathTemplate): { readonly form: string; readonly renamed: PathTemplate } {
    const form = template.path.replaceAll(/\{[^}]*\}/g, '{}')
    const known = this.forms.get(form)
    if (known === undefined) {
      this.forms.set(form, template.path)
      return { form: template.path, renamed: template }
    }
    const names = [...known.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name!)
    const parameters = template.parameters.map((one, index) => ({ ...one, name: names[index] ?? one.name }))
    return { form: known, renamed: { path: known, parameters } }
  }

  private operations(
    described: DescribedEndpoint,
    template: PathTemplate,
    version: string | undefined,
    item: PathItemObject,
  ): void {
    const { endpoint } = described
    const origin = endpointName(endpoint)
    const { path } = template
    for (const method of endpoint.method === '*' ? ALL_METHODS : [endpoint.method]) {
      const member = method.toLowerCase()
      const isMember = (PATH_ITEM_METHODS as readonly string[]).includes(member)
      const others = item as { 'x-additional-operations'?: Record<string, unknown> }
      const taken = (
        isMember ? item[member as PathItemMethod] : others['x-additional-operations']?.[method]
      ) as OperationObject | undefined
      if (taken !== undefined) {
        const first = this.origins.get(taken)
        // versions of one handler that a path does not tell apart are one operation
        if (first?.owner === endpoint.owner && first.member === endpoint.member) {
          joinVersions(taken, described, this.context.versioning)
          if (this.converted.has(taken) || isConverted(described)) {
            const id = taken.operationId!
            joinShapes(taken, copyAsJson(operationOf(described, template, method, id, this.context)))
          }
        } else if (endpoint.method !== '*')
          this.warn(
            `${origin} (${method} ${path}) is not in the document: another handler has the same path. Make a document for each version, or leave one out.`,
          )
        continue
      }
      const name = {
        controller: endpoint.owner.name,
        method: String(endpoint.member),
        httpMethod: method,
        path,
        version,
      }
      const explicit = endpoint.metadata.onMethod(ApiOperation)?.operationId
      const id = this.ids.next(name, explicit, origin)
      // what decorators were given stays theirs
      const operation = copyAsJson(operationOf({ ...described, version }, template, method, id, this.context))
      this.origins.set(operation, endpoint)
      if (isConverted(described)) this.converted.add(operation)
      for (const tag of operation.tags ?? []) if (!this.tags.has(tag)) this.tags.set(tag, endpoint.owner)
      if (!this.known.has(endpoint)) this.known.set(endpoint, path)
      if (isMember) item[member as PathItemMethod] = operation
      // OpenAPI 3.1 has no place for other methods
      else others['x-additional-operations'] = { ...others['x-additional-operations'], [method]: operation }
    }
  }

  private warn(message: string): void {
    this.options.onWarning?.(message)
  }
}

function isConverted({ shapes }: DescribedEndpoint): boolean {
  return shapes.body !== undefined || shapes.result !== undefined
}
