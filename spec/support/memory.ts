import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Frees everything that can be freed. */
export async function collectGarbage(): Promise<void> {
  // finalizers and weak references need a turn of the loop between two collections
  for (let i = 0; i < 2; i++) {
    collect()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Bytes in use after everything that can be freed is freed. */
export async function heapAfter(action: () => Promise<void>): Promise<number> {
  await action()
  await collectGarbage()
  return process.memoryUsage().heapUsed
}

/**
 * How many more bytes are in use after a round of work, by the median of five rounds: what leaks does so in each of them,
 * while code that gets hot, or is thrown away, shows in one or two.
 *
 * @param round the same work each time; what is done once should be done before
 */
export async function heapGrowth(round: () => Promise<void>): Promise<number> {
  const growths: number[] = []
  let before = await heapAfter(async () => undefined)
  for (let count = 0; count < 5; count++) {
    const after = await heapAfter(round)
    growths.push(after - before)
    before = after
  }
  return growths.sort((a, b) => a - b)[2]!
}

/** Does something so many times, one after the other. */
export async function repeat(times: number, action: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < times; i++) await action()
}

/** Counts which of the objects that it was shown are still there; for those that are gone it keeps nothing. */
export class Witness {
  private alive = 0
  private readonly registry = new FinalizationRegistry(() => {
    this.alive -= 1
  })
  /** How many it was shown. */
  total = 0

  /** @param every of how many objects one is watched: watching costs time */
  constructor(private readonly every = 1) {}

  /** Notes an object without keeping it. */
  see(object: object): void {
    this.total += 1
    if (this.total % this.every !== 0) return
    this.alive += 1
    this.registry.register(object, undefined)
  }

  /** How many of those that are watched are left after everything that can be freed is freed. */
  async left(): Promise<number> {
    // finalizers are told when the engine finds time, sockets are gone when they have closed: once without news is no end
    for (let quiet = 0, before = this.alive; quiet < 3; before = this.alive) {
      await collectGarbage()
      await new Promise((resolve) => setTimeout(resolve, 10))
      quiet = before === this.alive ? quiet + 1 : 0
    }
    return this.alive
  }
}
