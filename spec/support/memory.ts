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
    for (let before = -1; before !== this.alive;) {
      before = this.alive
      await collectGarbage()
    }
    return this.alive
  }
}
