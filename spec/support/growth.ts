/**
 * How much more work a piece of code has when its input grows. Unlike a limit in milliseconds, that does not depend on the
 * machine or on what else it does: time of the processor is compared. It is still no more than a measurement, of which
 * others who use the same caches have a share: only for inputs so far apart that what is right and what is wrong are a
 * hundred times apart, too.
 *
 * @param small does the work for the smaller input; counts by its cheapest run
 * @param large does the work for the larger one; once
 * @returns the ratio: for a factor of 1,000, some 1,000 for linear work and 1,000,000 for quadratic
 */
export function growth(small: () => unknown, large: () => unknown): number {
  // what is too short to be measured is done several times
  let repeats = 1
  while (repeats < 4_096 && cost(small, repeats) < 200) repeats *= 2
  let least = Infinity
  for (let turn = 0; turn < 9; turn++) least = Math.min(least, cost(small, repeats) / repeats)
  return cost(large, 1) / least
}

/** Microseconds of the processor. */
function cost(work: () => unknown, repeats: number): number {
  const start = process.cpuUsage()
  for (let count = 0; count < repeats; count++) work()
  const { user, system } = process.cpuUsage(start)
  return user + system
}
