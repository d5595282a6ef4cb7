/** A part of a whole: both ends are included. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** More parts than any player or download manager asks for at once. */
export const MAX_RANGES = 16

/**
 * Reads a `Range` field.
 *
 * @param header its value
 * @param size bytes of the whole
 * @returns the ranges that lie in it, as asked for; `'unsatisfiable'` if none does, if there are more than 16, or if more
 *   than two overlap; `'malformed'` if it is to be ignored
 * @see RFC 9110 §14.1.2, §14.2; §17.15 for what many ranges are misused for
 */
export function parseByteRanges(
  header: string,
  size: number,
): readonly ByteRange[] | 'unsatisfiable' | 'malformed' {
  const list = /^bytes\s*=(.+)$/i.exec(header)?.[1]
  if (list === undefined) return 'malformed'
  const parts = list.split(',', 2 * MAX_RANGES + 2).filter((part) => part.trim() !== '')
  if (parts.length === 0) return 'malformed'
  if (parts.length > MAX_RANGES) return 'unsatisfiable'
  const ranges: ByteRange[] = []
  for (const part of parts) {
    const [, first = '', last = ''] = /^[ \t]*(\d*)-(\d*)[ \t]*$/.exec(part) ?? []
    if (first === '' && last === '') return 'malformed'
    if (first !== '' && last !== '' && Number(first) > Number(last)) return 'malformed'
    // a suffix counts from the end
    const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
    const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
    if (start <= end) ranges.push({ start, end })
  }
  return ranges.length === 0 || overlaps(ranges) > 1 ? 'unsatisfiable' : ranges
}

/**
 * Makes one range of two that overlap or touch.
 *
 * @param ranges as asked for
 * @returns the same, in the same order, if none do; otherwise in the order of the bytes
 * @see RFC 9110 §15.3.7.2
 */
export function joinRanges(ranges: readonly ByteRange[]): readonly ByteRange[] {
  const joined: ByteRange[] = []
  for (const range of inOrder(ranges)) {
    const before = joined.at(-1)
    if (before === undefined || range.start > before.end + 1) joined.push(range)
    else joined[joined.length - 1] = { start: before.start, end: Math.max(before.end, range.end) }
  }
  return joined.length === ranges.length ? ranges : joined
}

/** How many ranges begin within one that begins before them. */
function overlaps(ranges: readonly ByteRange[]): number {
  let reached = -1
  let count = 0
  for (const { start, end } of inOrder(ranges)) {
    if (start <= reached) count += 1
    reached = Math.max(reached, end)
  }
  return count
}

function inOrder(ranges: readonly ByteRange[]): readonly ByteRange[] {
  return [...ranges].sort((a, b) => a.start - b.start)
}
