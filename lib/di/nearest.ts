/**
 * The candidate whose name is most like another one, to be suggested for what looks like a slip of the pen.
 *
 * @param name what was written
 * @param candidates names and what they stand for
 * @returns undefined if nothing is near: more than one letter in four (at least one) would have to change
 */
export function nearest<T>(name: string, candidates: Iterable<readonly [string, T]>): T | undefined {
  const wanted = name.toLowerCase()
  let best: T | undefined
  let least = Math.max(1, Math.floor(wanted.length / 4)) + 1
  for (const [written, candidate] of candidates) {
    const distance = editDistance(wanted, written.toLowerCase(), least)
    if (distance >= least) continue
    least = distance
    best = candidate
  }
  return best
}

/** Letters to insert, delete, replace, or swap with their neighbour (optimal string alignment); `limit` if there are more. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1
      row[j] = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + change)
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (isSwapped) row[j] = Math.min(row[j]!, before[j - 2]! + 1)
    }
    before = previous
    previous = row
  }
  return previous[b.length]!
}
