/**
 * The largest of many, without sorting all of them.
 *
 * @param values as they come
 * @param count how many are wanted
 * @param sizeOf says how large one is; of equal ones the first come first
 */
export function largest<T>(values: Iterable<T>, count: number, sizeOf: (value: T) => number): T[] {
  const bySize = (a: T, b: T): number => sizeOf(b) - sizeOf(a)
  const room = Math.max(4 * count, 64)
  const found: T[] = []
  for (const value of values) {
    if (found.push(value) < room) continue
    found.sort(bySize).length = count
  }
  return found.sort(bySize).slice(0, count)
}
