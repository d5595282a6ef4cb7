export {
  DEFAULT_DATA_SOURCE,
  getDataSourceToken,
  getEntityManagerToken,
  getRepositoryToken,
  InjectDataSource,
  InjectEntityManager,
  InjectRepository,
  RepositoryToken,
  type EntityTarget,
} from '../index.js'
export {
  DatabaseBusy,
  DatabaseOptionsMissing,
  DatabaseUnavailable,
  DataSourceDuplicate,
  DataSourceUnknown,
} from './errors.js'
export { TypeOrmModule } from './module.js'
export type {
  DataSourceSettings,
  EmbeddedOptions,
  TypeOrmModuleAsyncOptions,
  TypeOrmModuleOptions,
  TypeOrmOptionsFactory,
} from './options.js'
