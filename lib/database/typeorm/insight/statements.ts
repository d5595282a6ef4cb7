/** What is known of a statement since the application has started. */
export interface StatementStatistics {
  /** Its text, with places for its values. */
  readonly sql: string
  readonly count: number
  /** Of these, how many have failed. */
  readonly failed: number
  /** Milliseconds, all together. */
  readonly milliseconds: number
  /** Milliseconds of the slowest. */
  readonly slowest: number
}

type Counted = { -readonly [K in keyof StatementStatistics]: StatementStatistics[K] }

/** Counts statements by their text, a bounded number of different ones. */
export class Statements {
  private readonly known = new Map<string, Counted>()
  private readonly others = counted('(others)')
  private readonly all = counted('(all)')

  /** @param most how many different ones are told apart */
  constructor(private readonly most: number) {}

  /** All of them together. */
  get total(): StatementStatistics {
    return { ...this.all }
  }

  /** Each of them, that which took longest in all first; those beyond the bound are together under `(others)`. */
  get list(): readonly StatementStatistics[] {
    const all = [...this.known.values(), ...(this.others.count > 0 ? [this.others] : [])]
    return all.sort((a, b) => b.milliseconds - a.milliseconds).map((one) => ({ ...one }))
  }

  /**
   * Counts a statement.
   *
   * @param sql its text
   * @param milliseconds it took
   * @param success whether it did what it should
   */
  add(sql: string, milliseconds: number, success: boolean): void {
    for (const one of [this.find(sql), this.all]) {
      one.count += 1
      one.milliseconds += milliseconds
      if (!success) one.failed += 1
      if (milliseconds > one.slowest) one.slowest = milliseconds
    }
  }

  private find(sql: string): Counted {
    const known = this.known.get(sql)
    if (known !== undefined) return known
    if (this.known.size >= this.most) return this.others
    const one = counted(sql)
    this.known.set(sql, one)
    return one
  }
}

function counted(sql: string): Counted {
  return { sql, count: 0, failed: 0, milliseconds: 0, slowest: 0 }
}
