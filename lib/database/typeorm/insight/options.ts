/** What is looked at, and what is told. */
export interface QueryInsightOptions {
  /** Milliseconds from which a statement is slow, and logged. Default 500. */
  readonly slow?: number
  /** Whether slow statements are logged with the database's plan (EXPLAIN, which does not run them). Default: not in production. */
  readonly explain?: boolean
  /** From how many rows of a table on, reading all of it suggests an index (PostgreSQL). Default 1000. */
  readonly manyRows?: number
  /**
   * How often one call may send the same statement before that is logged, with the line that sends it: what should be one query is
   * one for each record then. Default 10; in production 0, for never.
   */
  readonly repeats?: number
  /** Whether answers tell in `Server-Timing` how long the database took. Default: not in production, as it is nobody's business. */
  readonly serverTiming?: boolean
  /** How many different statements are counted; further ones are counted together. Default 500. */
  readonly statements?: number
}

/** With all defaults. */
export type InsightSettings = Required<QueryInsightOptions>

/**
 * Fills in the defaults.
 *
 * @param options as the application wrote them
 * @throws {RangeError} for what is no number of that kind
 */
export function insightSettings(options: QueryInsightOptions): InsightSettings {
  const isDevelopment = process.env['NODE_ENV'] !== 'production'
  const settings: InsightSettings = {
    slow: 500,
    explain: isDevelopment,
    manyRows: 1000,
    repeats: isDevelopment ? 10 : 0,
    serverTiming: isDevelopment,
    statements: 500,
    ...options,
  }
  for (const name of ['slow', 'manyRows', 'repeats', 'statements'] as const) {
    if (!(settings[name] >= 0)) throw new RangeError(`QueryInsightModule: ${name} is no number from 0 on.`)
  }
  return settings
}
