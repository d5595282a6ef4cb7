import type { DataSource, EntitySubscriberInterface } from 'typeorm'
import type { MaybePromise } from '../../common/index.js'
import {
  AFTER_COMMIT,
  AppModel,
  ENTITY_WRITES,
  MODEL_DESCRIBERS,
  type AppBuilder,
  type DeclaredClass,
  type Feature,
} from '../../core/index.js'
import { advise, describeToken, type ProviderRecord } from '../../di/index.js'
import { DatabaseHealth } from '../health.js'
import { afterCommit } from '../transaction-scope.js'
import { DEFAULT_DATA_SOURCE, getDataSourceToken, RepositoryToken } from '../tokens.js'
import { callManaged, transactionalMethods } from '../transactional.js'
import { describeEntity } from './describe-entity.js'
import { DataSourceDuplicate, DataSourceUnknown, TransactionSourceUnknown } from './errors.js'
import { explainFailure } from './explain-failure.js'
import { TypeOrmHealth } from './health.js'
import { loadTypeOrm } from './packages.js'
import { attachSubscribers, isSubscriber } from './subscribers.js'
import { tenantsOf } from './tenants/index.js'
import { runInTransaction } from './transaction-runner.js'
import { CommittedWrites } from './committed-writes.js'

/**
 * Collects, before anything is built, the entities that modules list with `forFeature` for one data source. They come
 * from the module graph, so two applications in one process do not see each other's.
 */
export class EntityCollector implements Feature {
  readonly name: string
  /** The entities, once the graph was walked. */
  readonly entities = new Set<object>()
  private readonly subscribers = new Set<ProviderRecord>()
  private readonly records = new WeakMap<AppModel, ProviderRecord>()

  /** @param dataSource the data source's name */
  constructor(readonly dataSource: string) {
    this.name = `typeorm:${dataSource}`
  }

  configure(build: AppBuilder): void {
    build.explainErrors(explainFailure)
    build.provide({ provide: DatabaseHealth, useFactory: healthOfAll, inject: [AppModel] })
  }

  inspect({ type, record }: DeclaredClass, model: AppModel): void {
    if (record.source.kind !== 'class') return
    if (isSubscriber(loadTypeOrm(), type)) this.subscribers.add(record)
    const name = (member: PropertyKey): string => `${type.name}.${String(member)}()`
    for (const [member, options] of transactionalMethods(type)) {
      if ((options.dataSource ?? DEFAULT_DATA_SOURCE) !== this.dataSource) continue
      advise(record, member, async (_call, proceed) => {
        const found = await this.sourceIn(model)
        const source = tenantsOf(found)?.currentSource ?? found
        return runInTransaction(source, name(member), options, () => callManaged(proceed))
      })
    }
  }

  /**
   * The data source of an application. Each has its own, though several may share the module's options.
   *
   * @param model of the application
   */
  sourceIn(model: AppModel): MaybePromise<DataSource> {
    let record = this.records.get(model)
    if (record === undefined) {
      const token = getDataSourceToken(this.dataSource)
      for (const one of model.graph.records()) if (one.token === token) record = one
      this.records.set(model, record!)
    }
    return model.injector.resolve(record!) as MaybePromise<DataSource>
  }

  async compile(model: AppModel): Promise<void> {
    const listeners = model.contributions(ENTITY_WRITES)
    if (listeners.length > 0) {
      const source = await this.sourceIn(model)
      ;(tenantsOf(source) ?? source).subscribers.push(new CommittedWrites(listeners))
    }
    const records = [...model.graph.records()].filter((record) => this.subscribers.has(record))
    if (records.length === 0) return
    const found = await this.sourceIn(model)
    const instances = await Promise.all(records.map((record) => model.injector.resolve(record)))
    const subscribers = instances as EntitySubscriberInterface[]
    const tenants = tenantsOf(found)
    if (tenants === undefined) attachSubscribers(found, subscribers)
    else tenants.subscribers.push(...subscribers)
  }

  check(model: AppModel): void {
    const collectors = collectorsOf(model)
    const names = new Set(collectors.map((one) => one.dataSource))
    if (collectors[0] === this) {
      reportUnknownSources(model, names)
      model.contribute(MODEL_DESCRIBERS, describeEntity)
      model.contribute(AFTER_COMMIT, afterCommit)
    }
    if (collectors.find((one) => one.dataSource === this.dataSource) !== this) {
      model.report(new DataSourceDuplicate({ dataSource: this.dataSource }))
    }
    for (const module of model.graph.modules) {
      for (const { token } of module.providers.values()) {
        if (!(token instanceof RepositoryToken)) continue
        if (token.dataSource === this.dataSource) this.entities.add(token.entity)
        // told once, by the first of all collectors
        else if (collectors[0] === this && !names.has(token.dataSource)) {
          const importer = model.graph.modules.find((one) => one.imports.includes(module)) ?? module
          const entities = describeToken(token.entity)
          model.report(
            new DataSourceUnknown({ dataSource: token.dataSource, module: importer.name, entities }),
          )
        }
      }
    }
  }
}

/**
 * Lets a subscriber hear of what is asked of any data source of an application, those of tenants included.
 *
 * @param model of the application
 * @param subscriber with `afterQuery`
 */
export async function observeQueries(model: AppModel, subscriber: EntitySubscriberInterface): Promise<void> {
  for (const collector of collectorsOf(model)) {
    const source = await collector.sourceIn(model)
    ;(tenantsOf(source) ?? source).subscribers.push(subscriber)
  }
}

function collectorsOf(model: AppModel): EntityCollector[] {
  return [...model.graph.features].filter((feature) => feature instanceof EntityCollector)
}

function healthOfAll(model: AppModel): DatabaseHealth {
  return new TypeOrmHealth(() =>
    collectorsOf(model).map((one) => ({ name: one.dataSource, source: () => one.sourceIn(model) })),
  )
}

function reportUnknownSources(model: AppModel, names: ReadonlySet<string>): void {
  for (const { metatype } of model.graph.records()) {
    if (metatype === undefined) continue
    for (const [member, { dataSource = DEFAULT_DATA_SOURCE }] of transactionalMethods(metatype)) {
      if (names.has(dataSource)) continue
      const method = `${metatype.name}.${String(member)}()`
      model.report(new TransactionSourceUnknown({ method, dataSource }))
    }
  }
}
