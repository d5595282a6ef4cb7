export { Crud } from './driver.js'
export { CrudDatabaseUnsupported } from './dialect.js'
