import { describeToken, ModuleRef, Scope, type ModuleRecord, type ProviderRecord } from '../di/index.js'
import { endpointName, type EndpointModel } from '../pipeline/index.js'
import type { AppModel } from './app-model.js'
import type { Feature } from './feature.js'

/** One provider, as plain data. */
export interface ProviderDescription {
  readonly token: string
  readonly kind: ProviderRecord['source']['kind']
  /** The class, where the token is another. */
  readonly class?: string
  readonly scope: 'singleton' | 'transient' | 'request'
  /** Why an instance lives only for a request: `it needs Audit, which needs Visit`. */
  readonly because?: string
  /** True if requests of one durable tree share it. */
  readonly durable?: true
  readonly dependencies: readonly string[]
}

/** One module, as plain data. */
export interface ModuleDescription {
  /** Tells dynamic modules of one class apart: their place in the order of discovery. */
  readonly id: number
  readonly name: string
  readonly global: boolean
  /** True if `forRoot()` or the like made it. */
  readonly dynamic: boolean
  readonly imports: readonly string[]
  /** Tokens and modules. */
  readonly exports: readonly string[]
  readonly providers: readonly ProviderDescription[]
  readonly controllers: readonly ProviderDescription[]
}

/** One endpoint, as plain data; transports add members of their own, such as method and path. */
export interface EndpointDescription {
  readonly kind: string
  readonly handler: string
  readonly module: string
  /**
   * What happens, in order: guards, interceptors, pipes by parameter, the handler, and the filters as they are asked
   * about errors. Empty before the application is initialised.
   */
  readonly plan: readonly string[]
  /** True if something in it lives for a call. */
  readonly needsScope: boolean
  /** What features have to say to people about it, one line each. */
  readonly notes?: readonly string[]
  readonly [member: string]: unknown
}

/** An application, as plain data. */
export interface ApplicationDescription {
  readonly modules: readonly ModuleDescription[]
  readonly endpoints: readonly EndpointDescription[]
}

/**
 * Describes an application as data that can be printed, compared and sent.
 *
 * @param model of the application
 * @param features add what they know about endpoints
 */
export function describeApplication(model: AppModel, features: readonly Feature[]): ApplicationDescription {
  return {
    modules: model.graph.modules.map(describeModule),
    endpoints: model.endpoints.map((endpoint) => describeEndpoint(endpoint, model, features)),
  }
}

function describeModule(module: ModuleRecord): ModuleDescription {
  const providers = [...module.providers.values()].filter((record) => record.role === 'provider')
  return {
    id: module.id,
    name: module.name,
    global: module.isGlobal,
    dynamic: module.isDynamic,
    imports: module.imports.map(({ name }) => name),
    exports: [
      ...[...module.exportedTokens].map((token) => describeToken(token)),
      ...[...module.exportedModules].map(({ name }) => name),
    ],
    providers: providers.filter(({ token }) => token !== ModuleRef).map(describeProvider),
    controllers: [...module.controllers.values()].map(describeProvider),
  }
}

function describeProvider(record: ProviderRecord): ProviderDescription {
  const { metatype, source } = record
  const scope = record.isTransient ? 'transient' : record.isStatic ? 'singleton' : 'request'
  const because = scopePath(record)
  return {
    token: describeToken(record.token),
    kind: source.kind,
    ...(metatype !== undefined && metatype !== record.token && { class: metatype.name }),
    scope,
    ...(because !== undefined && { because }),
    ...(record.isDurable && { durable: true }),
    dependencies: record.dependencies.map(({ token }) => describeToken(token)),
  }
}

/** The shortest way from a record to what is declared request-scoped, in words. */
function scopePath(record: ProviderRecord): string | undefined {
  if (record.isStatic) return undefined
  const seen = new Set([record])
  for (let paths: ProviderRecord[][] = [[record]]; paths.length > 0;) {
    const longer: ProviderRecord[][] = []
    for (const path of paths) {
      const last = path.at(-1)!
      if (last.scope === Scope.REQUEST || last.source.kind === 'request') return inWords(path)
      for (const { target } of last.dependencies) {
        if (target === undefined || target.isStatic || seen.has(target)) continue
        seen.add(target)
        longer.push([...path, target])
      }
    }
    paths = longer
  }
  return record.scopeReason
}

function inWords([, ...path]: readonly ProviderRecord[]): string {
  if (path.length === 0) return 'it is declared with Scope.REQUEST'
  return `it needs ${path.map(({ token }) => describeToken(token)).join(', which needs ')}`
}

function describeEndpoint(
  endpoint: EndpointModel,
  model: AppModel,
  features: readonly Feature[],
): EndpointDescription {
  const plan = model.planOf(endpoint)
  const told = features.map(
    (feature) => feature.describe?.(endpoint) as Partial<EndpointDescription> | undefined,
  )
  const notes = told.flatMap((one) => one?.notes ?? [])
  return {
    kind: endpoint.kind,
    ...(Object.assign({}, ...told) as object),
    ...(notes.length > 0 && { notes }),
    handler: endpointName(endpoint),
    module: endpoint.module.name,
    plan: plan?.steps ?? [],
    needsScope: plan?.needsScope ?? false,
  }
}
