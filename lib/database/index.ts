export { InjectDataSource, InjectEntityManager, InjectRepository } from './decorators.js'
export {
  DEFAULT_DATA_SOURCE,
  getDataSourceToken,
  getEntityManagerToken,
  getRepositoryToken,
  RepositoryToken,
  type EntityTarget,
} from './tokens.js'
