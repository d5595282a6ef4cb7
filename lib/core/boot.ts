import { defineError, isClass, type Class } from '../common/index.js'
import {
  BootFailed,
  Injector,
  linkGraph,
  ModuleGraph,
  ModuleRef,
  type ModuleImport,
  type ModuleOverrides,
  type ModuleRecord,
  type ProviderOverrides,
  type ProviderRecord,
  type Token,
} from '../di/index.js'
import { Reflector } from '../metadata/index.js'
import { declaredEnhancers } from '../pipeline/index.js'
import { AppModel } from './app-model.js'
import { ApplicationState } from './application-state.js'
import { DiscoveryService } from './discovery.js'
import type { DeclaredClass, Feature } from './feature.js'
import { LogBuffer } from './log-buffer.js'
import { Logger, loggerFor, type LoggerOption } from './logger.js'
import { LazyModuleLoader } from './lazy-modules.js'
import { RequestContext } from './request-context.js'

/** A feature that needs another one that is not there, or that needs itself in a circle. */
export const FeatureMissing = defineError<{ feature: string; requires: string }>(
  'CORBEL_FEATURE_MISSING',
  'The feature {feature} requires {requires}, which is not there or requires {feature} itself. Import the module that brings it.',
)

/** What boot can be told besides the root module. */
export interface BootOptions {
  /** Where messages go from the beginning. */
  readonly logger?: LoggerOption
  /** Keeps messages until the application knows where they go. */
  readonly bufferLogs?: boolean
  readonly features?: readonly Feature[]
  readonly overrides?: ModuleOverrides
  /** Providers and enhancers to replace by others, also in modules that are loaded later. */
  readonly replaced?: ProviderOverrides
  /** Gives a value for a dependency that nothing provides; undefined leaves it missing. */
  readonly mocker?: (token: Token) => unknown
  /** Runs every call in a RequestContext, also if nothing injects it. Default false. */
  readonly requestContext?: boolean
}

/** An application whose singletons are built; `compile` has not been called. */
export interface Booted {
  readonly model: AppModel
  /** In the order of their `requires`. */
  readonly features: readonly Feature[]
  /** The messages so far, where they are kept. */
  readonly logs?: LogBuffer | undefined
}

/**
 * Walks the modules, checks everything, and builds the singletons.
 *
 * @param root the root module
 * @param options features that are there without a module, and overrides
 * @throws {BootFailed} with every problem found: nothing is built if there is one
 */
export async function boot(root: ModuleImport, options: BootOptions = {}): Promise<Booted> {
  const logs = options.bufferLogs === true ? new LogBuffer() : undefined
  // constructors log, too
  if (logs !== undefined || options.logger !== undefined) Logger.overrideLogger(logs ?? options.logger!)
  try {
    return { ...(await build(root, options)), logs }
  } catch (error) {
    if (logs !== undefined) {
      Logger.overrideLogger(options.logger ?? true)
      logs.flushTo(loggerFor(options.logger))
    }
    throw error
  }
}

async function build(root: ModuleImport, options: BootOptions): Promise<Booted> {
  const graph = new ModuleGraph(options.overrides, options.replaced)
  const injector = new Injector()
  const model = new AppModel(graph, injector)
  // an entry that cannot be imported at all is among graph.problems too
  const record = await graph.add(root).catch((error: unknown) => {
    if (!graph.problems.includes(error as Error)) throw error
    return undefined
  })
  if (record === undefined) throw new BootFailed(graph.problems)
  const features = orderFeatures([...(options.features ?? []), ...(graph.features as Set<Feature>)])

  model.features = features

  graph.addBuiltin(Reflector)
  graph.addBuiltin({ provide: AppModel, useValue: model })
  const requestContext = new RequestContext()
  graph.addBuiltin({ provide: RequestContext, useValue: requestContext })
  graph.addBuiltin({ provide: ApplicationState, useValue: model.state })
  graph.addBuiltin({ provide: DiscoveryService, useValue: new DiscoveryService(model) })
  graph.addBuiltin({ provide: LazyModuleLoader, useValue: new LazyModuleLoader(model, options.mocker) })
  for (const feature of features) {
    await feature.configure?.({
      provide: (provider) => void graph.addBuiltin(provider),
      useDefaultPipe: (pipe, type) => void (model.globals.defaultPipe = { pipe, type }),
      explainErrors: (explain) => void model.explainers.push(explain),
    })
  }
  const declared = graph.modules.flatMap((module) => prepareModule(module, model))
  for (const one of declared) for (const feature of features) feature.inspect?.(one, model)
  for (const feature of features) feature.check?.(model)

  if (options.mocker !== undefined) mockMissing(graph, options.mocker, graph.records())
  const { problems } = linkGraph(graph)
  if (options.requestContext === true || isInjected(RequestContext, graph))
    model.requestContext = requestContext
  const all = [...graph.problems, ...problems, ...model.problems]
  if (all.length > 0) throw new BootFailed(all)
  model.modules = [...graph.modules]
  await injector.buildSingletons([graph.home, ...graph.modules])
  return { model, features }
}

/** Adds what every module has (its ModuleRef, the enhancers that its classes name) and lists its classes. */
export function prepareModule(module: ModuleRecord, { graph, injector }: AppModel): DeclaredClass[] {
  graph.addProvider(module, { provide: ModuleRef, useValue: new ModuleRef(graph, injector, module) })
  const declared: DeclaredClass[] = []
  for (const record of [...module.controllers.values(), ...module.providers.values()]) {
    const type = record.metatype
    if (type === undefined || !isClass(type)) continue
    declared.push({ type, module, record })
    for (const enhancer of declaredEnhancers(type)) graph.addProvider(module, enhancer, 'injectable')
  }
  return declared
}

/** Adds a class that only one module's classes use (a pipe on a parameter, a middleware) so that the container builds it. */
export function addInjectable(model: AppModel, module: ModuleRecord, type: Class): void {
  model.graph.addProvider(module, type, 'injectable')
}

function isInjected(token: Token, graph: ModuleGraph): boolean {
  const target = graph.builtins.get(token)
  return [...graph.records()].some((record) => record.dependencies.some((one) => one.target === target))
}

/**
 * Provides a value for each token that is asked for and cannot be found.
 *
 * @param graph walked
 * @param mocker gives the values; undefined leaves a token missing
 * @param records whose dependencies count
 */
export function mockMissing(
  graph: ModuleGraph,
  mocker: (token: Token) => unknown,
  records: Iterable<ProviderRecord>,
): void {
  const asking = [...records]
  linkGraph(graph, asking)
  for (const { token, target } of asking.flatMap((record) => record.dependencies)) {
    if (target !== undefined || token === undefined || graph.builtins.has(token)) continue
    const useValue = mocker(token)
    if (useValue !== undefined) graph.addBuiltin({ provide: token, useValue })
  }
}

function orderFeatures(features: readonly Feature[]): Feature[] {
  const ordered = new Set<Feature>()
  const pending = new Set<Feature>()
  const place = (feature: Feature): void => {
    if (ordered.has(feature)) return
    pending.add(feature)
    for (const name of feature.requires ?? []) {
      const required = features.find((one) => one.name === name)
      if (required === undefined || pending.has(required)) {
        throw new FeatureMissing({ feature: feature.name, requires: name })
      }
      place(required)
    }
    pending.delete(feature)
    ordered.add(feature)
  }
  features.forEach(place)
  return [...ordered]
}
