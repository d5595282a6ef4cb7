import { InjectionToken, type Token } from '../di/index.js'

/** The data source that is meant where none is named. */
export const DEFAULT_DATA_SOURCE = 'default'

/** What a repository can be asked for: an entity class, or a schema object that stands for one. */
export type EntityTarget = (abstract new (...args: never[]) => object) | object

/** Stands for the repository of one entity in one data source; drivers read from it what they have to serve. */
export class RepositoryToken extends InjectionToken<object> {
  /**
   * @param entity the class or schema
   * @param dataSource the data source's name
   */
  constructor(
    readonly entity: EntityTarget,
    readonly dataSource: string,
  ) {
    super(`${prefixOf(dataSource)}${entityName(entity)}Repository`)
  }
}

// A token must be the same object each time. Repositories are remembered by entity, and entities only weakly, so that
// classes which nobody uses any more take their tokens with them; the names of data sources are few.
const repositories = new WeakMap<object, Map<string, RepositoryToken>>()
const dataSources = new Map<string, InjectionToken<object>>()
const managers = new Map<string, InjectionToken<object>>()

/**
 * The token of an entity's repository: `{ provide: getRepositoryToken(User), useValue: fake }`.
 *
 * @param entity the class or schema
 * @param dataSource the data source's name; the default one if left out
 */
export function getRepositoryToken(
  entity: EntityTarget,
  dataSource: string = DEFAULT_DATA_SOURCE,
): Token<object> {
  let byName = repositories.get(entity)
  if (byName === undefined) repositories.set(entity, (byName = new Map<string, RepositoryToken>()))
  let token = byName.get(dataSource)
  if (token === undefined) byName.set(dataSource, (token = new RepositoryToken(entity, dataSource)))
  return token
}

/**
 * The token of a data source.
 *
 * @param name the default one if left out
 */
export function getDataSourceToken(name: string = DEFAULT_DATA_SOURCE): Token<object> {
  return named(dataSources, name, 'DataSource')
}

/**
 * The token of a data source's entity manager.
 *
 * @param name the data source's name; the default one if left out
 */
export function getEntityManagerToken(name: string = DEFAULT_DATA_SOURCE): Token<object> {
  return named(managers, name, 'EntityManager')
}

function named(
  tokens: Map<string, InjectionToken<object>>,
  name: string,
  kind: string,
): InjectionToken<object> {
  let token = tokens.get(name)
  if (token === undefined) tokens.set(name, (token = new InjectionToken<object>(`${prefixOf(name)}${kind}`)))
  return token
}

function prefixOf(dataSource: string): string {
  return dataSource === DEFAULT_DATA_SOURCE ? '' : `${dataSource}:`
}

function entityName(entity: EntityTarget): string {
  if (typeof entity === 'function') return entity.name
  const options: unknown = Reflect.get(entity, 'options')
  const isNamed = typeof options === 'object' && options !== null && 'name' in options
  return isNamed ? String(options.name) : 'Entity'
}
