/** Two questions whose answers are alike: their times should be, too. */
export interface Question {
  readonly name: string
  one(): unknown
  other(): unknown
  /** How often each is asked for one measurement: more for what is fast. Default 1. */
  readonly repeat?: number
}

/** What has come out. */
export interface Comparison {
  /** Medians in milliseconds. */
  readonly one: number
  readonly other: number
  /** Of the medians, as a share of the first. */
  readonly difference: number
  /** Of the Mann-Whitney test: beyond 4 is one in 16 000 by chance. */
  readonly z: number
}

/**
 * Asks both questions in turns, in an order that chance decides.
 *
 * @param question the pair
 * @param rounds how many measurements of each
 */
export async function compare({ one, other, repeat = 1 }: Question, rounds: number): Promise<Comparison> {
  const times: readonly [number[], number[]] = [[], []]
  for (let round = -10; round < rounds; round += 1) {
    const order = Math.random() < 0.5 ? ([0, 1] as const) : ([1, 0] as const)
    for (const which of order) {
      const ask = which === 0 ? one : other
      const began = process.hrtime.bigint()
      for (let time = 0; time < repeat; time += 1) await ask()
      const ms = Number(process.hrtime.bigint() - began) / 1e6
      // the first rounds are for the compiler
      if (round >= 0) times[which].push(ms)
    }
  }
  const [a, b] = [median(times[0]), median(times[1])]
  return { one: a, other: b, difference: (b - a) / a, z: mannWhitney(times[0], times[1]) }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}

/** How far the ranks of two samples are from those of one, in standard deviations. */
export function mannWhitney(one: readonly number[], other: readonly number[]): number {
  const all = [
    ...one.map((value) => ({ value, isOne: true })),
    ...other.map((value) => ({ value, isOne: false })),
  ]
  all.sort((a, b) => a.value - b.value)
  let ranks = 0
  for (let from = 0; from < all.length;) {
    let to = from
    while (to < all.length && all[to]!.value === all[from]!.value) to += 1
    // equal values share their ranks
    const rank = (from + 1 + to) / 2
    for (let index = from; index < to; index += 1) if (all[index]!.isOne) ranks += rank
    from = to
  }
  const [n, m] = [one.length, other.length]
  const u = ranks - (n * (n + 1)) / 2
  return (u - (n * m) / 2) / Math.sqrt((n * m * (n + m + 1)) / 12)
}
