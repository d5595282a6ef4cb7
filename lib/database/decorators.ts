import { Inject } from '../di/index.js'
import type { AnyDecorator } from '../metadata/index.js'
import { getDataSourceToken, getEntityManagerToken, getRepositoryToken, type EntityTarget } from './tokens.js'

/**
 * Injects the repository of an entity that the module has listed with `forFeature`.
 *
 * @param entity the class or schema
 * @param dataSource the data source's name; the default one if left out
 * @example
 * constructor(@InjectRepository(User) private readonly users: Repository<User>) {}
 */
export function InjectRepository(entity: EntityTarget, dataSource?: string): AnyDecorator {
  return Inject(getRepositoryToken(entity, dataSource))
}

/**
 * Injects a data source.
 *
 * @param name the default one if left out
 */
export function InjectDataSource(name?: string): AnyDecorator {
  return Inject(getDataSourceToken(name))
}

/**
 * Injects the entity manager of a data source.
 *
 * @param name the data source's name; the default one if left out
 */
export function InjectEntityManager(name?: string): AnyDecorator {
  return Inject(getEntityManagerToken(name))
}
