/** What one call has asked of the databases. */
export interface CallReport {
  /** Statements. */
  readonly count: number
  /** Milliseconds that they took together; those at the same time count each. */
  readonly milliseconds: number
  /** How often each was sent, by its text. */
  readonly statements: ReadonlyMap<string, number>
}

/** Counts what one call asks. */
export class CallQueries implements CallReport {
  count = 0
  milliseconds = 0
  readonly statements = new Map<string, number>()

  /**
   * Counts a statement.
   *
   * @param sql its text
   * @param milliseconds it took
   * @returns how often the call has sent it
   */
  add(sql: string, milliseconds: number): number {
    const times = (this.statements.get(sql) ?? 0) + 1
    this.statements.set(sql, times)
    this.count += 1
    this.milliseconds += milliseconds
    return times
  }
}
