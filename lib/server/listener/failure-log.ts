/** ms for which failures of a kind are only counted after one was told. */
const QUIET = 60_000

interface Kind {
  untold: number
  quietUntil: number
}

/**
 * Tells about failures that any client can cause: the first of a kind at once, and after that not more than one a minute, so
 * that nobody can fill a log.
 */
export class FailureLog {
  private readonly kinds = new Map<string, Kind>()

  /**
   * @param tell takes an error, and how many of its kind have gone untold since the one before
   * @param now ms
   */
  constructor(
    private readonly tell: (error: Error, untold: number) => void,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * Notes a failure.
   *
   * @param error its name is its kind: the code of a `CorbelError`
   */
  add(error: Error): void {
    const now = this.now()
    let kind = this.kinds.get(error.name)
    if (kind === undefined) this.kinds.set(error.name, (kind = { untold: 0, quietUntil: -Infinity }))
    if (now < kind.quietUntil) {
      kind.untold++
      return
    }
    const { untold } = kind
    kind.quietUntil = now + QUIET
    kind.untold = 0
    this.tell(error, untold)
  }
}
