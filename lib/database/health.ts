/** What is known of one data source at the moment. */
export interface DataSourceHealth {
  /** `idle`: it is opened when it is needed, and was not needed yet. */
  readonly status: 'up' | 'down' | 'idle'
  /** Milliseconds that the database took to answer. */
  readonly latency?: number
  /** Why it is down: never a word of the driver, which may tell hosts and users. */
  readonly reason?: 'timeout' | 'connection' | 'refused'
  /** The connections, where the driver tells of them. */
  readonly pool?: { readonly total: number; readonly idle: number; readonly waiting: number }
}

/** What is known of all data sources at the moment. */
export interface DatabaseHealthReport {
  /** `down` if one of them is. */
  readonly status: 'up' | 'down'
  /** By their names. */
  readonly dataSources: Readonly<Record<string, DataSourceHealth>>
}

/**
 * Asks the data sources of an application whether they answer: for the route that an orchestrator calls. Inject it.
 *
 * @example
 * @Get('health') async health(@Res({ passthrough: true }) response: WebResponse) {
 *   const report = await this.database.check()
 *   response.status(report.status === 'up' ? 200 : 503)
 *   return report
 * }
 */
export abstract class DatabaseHealth {
  /**
   * Asks all of them at once. It never fails: what is wrong is in the report.
   *
   * @param timeout milliseconds after which one that has not answered is down. Default 2000
   */
  abstract check(timeout?: number): Promise<DatabaseHealthReport>
}
