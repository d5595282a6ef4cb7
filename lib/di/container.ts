import 'reflect-metadata'
import { container as root, instanceCachingFactory, type DependencyContainer } from 'tsyringe'
import type { ProviderRecord } from './records.js'
import { describeToken } from './tokens.js'

/**
 * The singletons of one module, kept by tsyringe. The only file that knows tsyringe: it registers and builds; which
 * token is visible where, and in what scope, is the module graph's business.
 *
 * Each record has a key of its own, so that two modules may provide one class twice; nothing is ever registered in
 * tsyringe's global container, and nothing request-scoped is registered at all, because a singleton that is first
 * resolved through a child container would keep that child's dependencies for ever.
 */
export class ModuleContainer {
  private readonly container: DependencyContainer = root.createChildContainer()

  /**
   * Builds the singleton of a record, once.
   *
   * @param record belongs to this container's module
   * @param build called the first time only
   */
  singleton(record: ProviderRecord, build: () => unknown): unknown {
    const key = Symbol(describeToken(record.token))
    this.container.register(key, { useFactory: instanceCachingFactory(build) })
    return this.container.resolve(key)
  }

  /** Forgets every instance. */
  clear(): void {
    this.container.clearInstances()
  }
}
