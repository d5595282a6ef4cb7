/** A question to the other processes, and what they have answered. */
interface Request<T> {
  readonly answers: T[]
  /** Who has not answered yet. */
  readonly waiting: Set<string>
  readonly done: () => void
}

/** The questions of this process that are not answered yet. */
export class Requests<T> {
  private readonly open = new Map<number, Request<T>>()
  private last = 0

  /**
   * @param timeout ms that answers may take
   * @param silent told who has not answered in time
   */
  constructor(
    private readonly timeout: number,
    private readonly silent: (ids: readonly string[]) => void,
  ) {}

  /**
   * Asks, and resolves with the answers when all have come, or the time is over.
   *
   * @param peers who is asked
   * @param ask sends the question, with its number
   */
  async ask(peers: Iterable<string>, ask: (number: number) => void): Promise<readonly T[]> {
    const waiting = new Set(peers)
    const answers: T[] = []
    if (waiting.size === 0) return answers
    const number = (this.last = (this.last + 1) >>> 0)
    let timer: NodeJS.Timeout | undefined
    const answered = new Promise<void>((done) => {
      this.open.set(number, { answers, waiting, done })
      timer = setTimeout(() => {
        this.silent([...waiting])
        done()
      }, this.timeout)
    })
    try {
      ask(number)
      await answered
    } finally {
      clearTimeout(timer)
      this.open.delete(number)
    }
    return answers
  }

  /**
   * An answer, or a part of one.
   *
   * @param isLast whether no more comes of this process
   */
  answer(number: number, from: string, answer: T, isLast: boolean): void {
    const request = this.open.get(number)
    if (request === undefined || !request.waiting.has(from)) return
    request.answers.push(answer)
    if (isLast) leave(request, from)
  }

  /** A process that is gone answers no more. */
  gone(id: string): void {
    for (const request of this.open.values()) leave(request, id)
  }

  /** Nobody was asked: what there is must do. */
  end(): void {
    for (const { done } of this.open.values()) done()
  }
}

function leave({ waiting, done }: Request<unknown>, id: string): void {
  if (waiting.delete(id) && waiting.size === 0) done()
}
