export { databaseSnapshot, type DatabaseSnapshot } from './snapshot.js'
