import type { Class } from '../common/index.js'
import {
  BootFailed,
  linkGraph,
  ModuleRef,
  type DynamicModule,
  type ModuleRecord,
  type Token,
} from '../di/index.js'
import type { AppModel } from './app-model.js'
import { mockMissing, prepareModule } from './boot.js'

/**
 * Loads modules when they are needed. They share all singletons that exist already; their controllers, middleware and
 * lifecycle hooks are not used, since routes are compiled at boot.
 */
export class LazyModuleLoader {
  private pending: Promise<unknown> = Promise.resolve()

  /**
   * @param model of the application
   * @param mocker gives values for dependencies that nothing provides, as in the application itself
   */
  constructor(
    private readonly model: AppModel,
    private readonly mocker?: (token: Token) => unknown,
  ) {}

  /**
   * Loads a module, once.
   *
   * @param load usually a dynamic import: `() => import('./reports.module.js').then((m) => m.ReportsModule)`
   * @param _options accepted for callers that silence the loading: it logs nothing
   * @returns the module's own ModuleRef
   * @throws {BootFailed} CORBEL_BOOT_FAILED
   */
  load(
    load: () => Class | DynamicModule | Promise<Class | DynamicModule>,
    _options?: { readonly logger?: boolean },
  ): Promise<ModuleRef> {
    // one after the other: two loads that share modules must not build them twice
    const loading = this.pending.then(() => this.add(load))
    this.pending = loading.catch(() => undefined)
    return loading
  }

  private async add(load: () => Class | DynamicModule | Promise<Class | DynamicModule>): Promise<ModuleRef> {
    const { graph, injector } = this.model
    const known = new Set(graph.modules)
    const added = (): ModuleRecord[] => graph.modules.filter((module) => !known.has(module))
    try {
      const record = await graph.add(await load())
      for (const module of added()) prepareModule(module, this.model)
      const records = added().flatMap((module) => [...module.records()])
      if (this.mocker !== undefined) mockMissing(graph, this.mocker, records)
      const { problems } = linkGraph(graph, records)
      const all = [...graph.problems, ...problems]
      if (all.length > 0) throw new BootFailed(all)
      await injector.buildSingletons([graph.home, ...added()])
      return record.providers.get(ModuleRef)!.instance as ModuleRef
    } catch (error) {
      // the next attempt begins anew, and other loads do not meet what is half built
      graph.discard(added())
      throw error
    } finally {
      graph.problems.length = 0
    }
  }
}
