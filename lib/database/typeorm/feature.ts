import type { AppModel, Feature } from '../../core/index.js'
import { describeToken } from '../../di/index.js'
import { RepositoryToken } from '../tokens.js'
import { DataSourceDuplicate, DataSourceUnknown } from './errors.js'

/**
 * Collects, before anything is built, the entities that modules list with `forFeature` for one data source. They come
 * from the module graph, so two applications in one process do not see each other's.
 */
export class EntityCollector implements Feature {
  readonly name: string
  /** The entities, once the graph was walked. */
  readonly entities = new Set<object>()

  /** @param dataSource the data source's name */
  constructor(readonly dataSource: string) {
    this.name = `typeorm:${dataSource}`
  }

  check(model: AppModel): void {
    const collectors = [...model.graph.features].filter((feature) => feature instanceof EntityCollector)
    const names = new Set(collectors.map((one) => one.dataSource))
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
