/**
 * How much more work a piece of code has when its input grows. Unlike a limit in milliseconds, that does not depend on the
 * machine or on what else it does: time of the processor is compared, each size counts by its cheapest run, and the runs
 * take turns.
 *
 * @param small does the work for the smaller input
 * @param large does the work for the larger one
 * @returns the ratio: for a factor of 8, about 8 for linear work and 64 for quadratic
 */
export function growth(small: () => unknown, large: () => unknown): number {
  // what is too short to be measured is done several times
  let repeats = 1
  while (repeats < 4_096 && cost(small, repeats) < 200) repeats *= 2
  let [leastSmall, leastLarge] = [Infinity, Infinity]
  for (let turn = 0; turn < 9; turn++) {
    leastSmall = Math.min(leastSmall, cost(small, repeats))
    leastLarge = Math.min(leastLarge, cost(large, repeats))
  }
  return leastLarge / leastSmall
}

/** Microseconds of the processor. */
function cost(work: () => unknown, repeats: number): number {
  const start = process.cpuUsage()
  for (let count = 0; count < repeats; count++) work()
  const { user, system } = process.cpuUsage(start)
  return user + system
}
