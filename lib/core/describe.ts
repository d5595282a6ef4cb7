import { describeToken, Scope, type ModuleRecord, type ProviderRecord } from '../di/index.js'
import { endpointName, type EndpointModel } from '../pipeline/index.js'
import type { AppModel } from './app-model.js'
import type { Feature } from './feature.js'

/** One provider, as plain data. */
export interface ProviderDescription {
  readonly token: string
  readonly kind: string
  readonly scope: 'singleton' | 'transient' | 'request'
  /** Why it is request-scoped. */
  readonly because?: string
  readonly dependencies: readonly string[]
}

/** One module, as plain data. */
export interface ModuleDescription {
  readonly name: string
  readonly global: boolean
  readonly imports: readonly string[]
  readonly exports: readonly string[]
  readonly providers: readonly ProviderDescription[]
  readonly controllers: readonly ProviderDescription[]
}

/** One endpoint, as plain data; transports add members of their own, such as method and path. */
export interface EndpointDescription {
  readonly kind: string
  readonly handler: string
  readonly module: string
  /** What happens, in order; empty before the application is initialised. */
  readonly plan: readonly string[]
  /** True if something in it lives for a call. */
  readonly needsScope: boolean
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
    name: module.name,
    global: module.isGlobal,
    imports: module.imports.map(({ name }) => name),
    exports: [
      ...[...module.exportedTokens].map((token) => describeToken(token)),
      ...[...module.exportedModules].map(({ name }) => name),
    ],
    providers: providers.map(describeProvider),
    controllers: [...module.controllers.values()].map(describeProvider),
  }
}

function describeProvider(record: ProviderRecord): ProviderDescription {
  const scope = record.scope === Scope.TRANSIENT ? 'transient' : record.isStatic ? 'singleton' : 'request'
  return {
    token: describeToken(record.token),
    kind: record.source.kind,
    scope,
    ...(record.scopeReason !== undefined && { because: record.scopeReason }),
    dependencies: record.dependencies.map(({ token }) => describeToken(token)),
  }
}

function describeEndpoint(
  endpoint: EndpointModel,
  model: AppModel,
  features: readonly Feature[],
): EndpointDescription {
  const plan = model.planOf(endpoint)
  const own = Object.assign({}, ...features.map((feature) => feature.describe?.(endpoint))) as object
  return {
    kind: endpoint.kind,
    ...own,
    handler: endpointName(endpoint),
    module: endpoint.module.name,
    plan: plan?.steps ?? [],
    needsScope: plan?.needsScope ?? false,
  }
}
