import type { DataSource, DataSourceOptions, EntityManager, ObjectLiteral, Repository } from 'typeorm'
import { isClass, type Class } from '../../common/index.js'
import { Inject, type ClassProvider, type FactoryProvider } from '../../di/index.js'
import { readClass } from '../../metadata/index.js'
import { CustomRepository } from '../custom-repository.js'
import {
  getDataSourceToken,
  getEntityManagerToken,
  getRepositoryToken,
  type EntityTarget,
} from '../tokens.js'
import { loadTypeOrm } from './packages.js'
import { tenantsOf } from './tenants/index.js'

/** The constructor of typeorm's `Repository`. */
type RepositoryClass = new (target: EntityTarget, manager: EntityManager) => Repository<ObjectLiteral>

/**
 * What `forFeature` provides for one of its entries.
 *
 * @param entry an entity, or a class with `@CustomRepository`
 * @param dataSource the data source's name
 */
export function featureProviders(
  entry: EntityTarget,
  dataSource: string,
): readonly (ClassProvider | FactoryProvider)[] {
  const entity = isClass(entry) ? readClass(CustomRepository, entry) : undefined
  if (entity === undefined) return [plainRepository(entry, dataSource)]
  return [plainRepository(entity, dataSource), customRepository(entry as Class, entity, dataSource)]
}

function plainRepository(entity: EntityTarget, dataSource: string): FactoryProvider {
  return {
    provide: getRepositoryToken(entity, dataSource),
    useFactory: (source: DataSource) => repositoryOf(source, entity),
    inject: [getDataSourceToken(dataSource)],
  }
}

/** A class of its own for each data source: the container builds it as any other class, with what may be around its methods. */
function customRepository(type: Class, entity: EntityTarget, dataSource: string): ClassProvider {
  const Custom = type as RepositoryClass
  class Bound extends Custom {
    constructor(manager: EntityManager) {
      super(entity, manager)
    }
  }
  Object.defineProperty(Bound, 'name', { value: type.name })
  Inject(getEntityManagerToken(dataSource))(Bound, undefined, 0)
  return { provide: type, useClass: Bound }
}

function repositoryOf(source: DataSource, entity: EntityTarget): Repository<ObjectLiteral> {
  // eslint-disable-next-line typescript/no-unsafe-type-assertion -- typeorm's own type for it names its classes
  const target = entity as new () => ObjectLiteral
  if (tenantsOf(source) !== undefined) return tenantRepository(source, target)
  const type: DataSourceOptions['type'] = source.options.type
  if (type === 'mongodb') return source.getMongoRepository(target)
  return source.getMetadata(target).treeType === undefined
    ? source.getRepository(target)
    : source.getTreeRepository(target)
}

/** Made before any tenant's data source is open: its manager finds the one that is meant at each call. */
function tenantRepository(source: DataSource, target: new () => ObjectLiteral): Repository<ObjectLiteral> {
  const typeorm = loadTypeOrm()
  const isTree = typeorm.getMetadataArgsStorage().trees.some((one) => one.target === target)
  return new (isTree ? typeorm.TreeRepository : typeorm.Repository)(target, source.manager)
}
