export { CustomRepository } from './custom-repository.js'
export { InjectDataSource, InjectEntityManager, InjectRepository } from './decorators.js'
export { DatabaseHealth, type DatabaseHealthReport, type DataSourceHealth } from './health.js'
export {
  DEFAULT_DATA_SOURCE,
  getDataSourceToken,
  getEntityManagerToken,
  getRepositoryToken,
  RepositoryToken,
  type EntityTarget,
} from './tokens.js'
export { afterCommit, afterRollback, type TransactionHook } from './transaction-scope.js'
export {
  Transactional,
  TransactionUnmanaged,
  withoutTransactions,
  type IsolationLevel,
  type Propagation,
  type TransactionOptions,
} from './transactional.js'
