export type { CallReport } from './call-queries.js'
export type { Explanation } from './explain.js'
export { QueryInsightModule } from './module.js'
export type { QueryInsightOptions } from './options.js'
export {
  QueryInsight,
  type InsightFinding,
  type RepeatedStatement,
  type SlowStatement,
  type StatementOrigin,
} from './query-insight.js'
export type { StatementStatistics } from './statements.js'
