import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers'

/** Clients that open a connection for each request come back within so many ms after an answer; on busy machines it takes them longer. */
export const COME_BACK_MS = { least: 5, most: 50 } as const

/** What arrives while a turn runs has not been looked at: only a short one without a connection says that none waits. */
const SHORT_MS = 0.1

/**
 * Where it never becomes so quiet, any short turn without a connection has to do; then any turn; then nothing helps. Only
 * time that this process had: what others took on a busy machine says nothing about who waits.
 */
const PATIENCE_MS = [200, 600, 1000] as const

// tests may have put other clocks in the place of these
const now = performance.now.bind(performance)

/** ms of the processor. */
function worked(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Waits until the event loop has come to its next turn, and so has looked at all sockets. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/**
 * Waits until nothing happens any more. Node accepts one connection of a port in a turn of the event loop; those that the
 * system has accepted and Node has not would be reset when the port is closed, though their clients may have sent their
 * requests already.
 *
 * @param count of what may happen: connections accepted so far
 * @param silence ms for which nothing has to happen
 */
export async function untilQuiet(count: () => number, silence: number): Promise<void> {
  // the turn that is under way may have looked at the port already
  await nextTurn()
  const begin = now()
  const workedBefore = worked()
  const [forSilence, forShortTurn, forAnything] = PATIENCE_MS
  let quietSince = begin
  for (let time = begin, waited = 0; waited < forAnything;) {
    const turn = time
    const before = count()
    await nextTurn()
    time = now()
    // other threads of this process work, too: never more than has passed
    waited = Math.min(time - begin, worked() - workedBefore)
    if (count() !== before) quietSince = time
    else if (time - turn > SHORT_MS && waited < forShortTurn) continue
    else if (time - quietSince >= silence || waited > forSilence) return
  }
}
