/** One step of a JSON Patch (RFC 6902 §4). */
export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace'
  /** A JSON Pointer (RFC 6901). */
  readonly path: string
  readonly value?: unknown
}

/** More steps than this are hardly smaller than the result, and what applies patches takes no more. */
const MOST_OPERATIONS = 100
/** Comparisons of the members of two lists with each other; longer ones are compared place by place. */
const MOST_COMPARISONS = 40_000

/** Thrown inside, when a patch grows too long. */
const TOO_LONG = Symbol('too long')

/**
 * Finds what turns one JSON value into another.
 *
 * @param from a value of JSON
 * @param to another one
 * @returns the steps, none for equal values; undefined where there would be more than 100
 * @see RFC 6902
 */
export function diffJson(from: unknown, to: unknown): readonly PatchOperation[] | undefined {
  const steps: PatchOperation[] = []
  try {
    diff(from, to, '', steps)
    return steps
  } catch (error) {
    if (error === TOO_LONG) return undefined
    throw error
  }
}

function add(steps: PatchOperation[], step: PatchOperation): void {
  if (steps.length === MOST_OPERATIONS) throw TOO_LONG
  steps.push(step)
}

function diff(from: unknown, to: unknown, path: string, steps: PatchOperation[]): void {
  if (from === to) return
  if (Array.isArray(from) && Array.isArray(to)) return diffLists(from, to, path, steps)
  if (isObject(from) && isObject(to)) return diffObjects(from, to, path, steps)
  add(steps, { op: 'replace', path, value: to })
}

type JsonObject = Readonly<Record<string, unknown>>

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function diffObjects(from: JsonObject, to: JsonObject, path: string, steps: PatchOperation[]): void {
  for (const name of Object.keys(from))
    if (!Object.hasOwn(to, name)) add(steps, { op: 'remove', path: below(path, name) })
  for (const name of Object.keys(to)) {
    if (Object.hasOwn(from, name)) diff(from[name], to[name], below(path, name), steps)
    else add(steps, { op: 'add', path: below(path, name), value: to[name] })
  }
}

/** RFC 6901 §4 */
function below(path: string, name: string): string {
  return `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
}

function diffLists(
  from: readonly unknown[],
  to: readonly unknown[],
  path: string,
  steps: PatchOperation[],
): void {
  const texts = [from, to].map((list) => list.map((one) => JSON.stringify(one))) as [string[], string[]]
  // from the last to the first, so that the places before are still those of the old list
  for (const gap of gapsBetween(...texts).reverse()) {
    const [start, end, first, last] = gap
    const pairs = Math.min(end - start, last - first)
    for (let place = end - 1; place >= start + pairs; place -= 1)
      add(steps, { op: 'remove', path: `${path}/${place}` })
    for (let more = pairs; more < last - first; more += 1)
      add(steps, { op: 'add', path: `${path}/${start + more}`, value: to[first + more] })
    for (let pair = 0; pair < pairs; pair += 1)
      diff(from[start + pair], to[first + pair], `${path}/${start + pair}`, steps)
  }
}

/** From where to where the old list differs, and what of the new one stands there. */
type Gap = readonly [start: number, end: number, first: number, last: number]

function gapsBetween(from: readonly string[], to: readonly string[]): Gap[] {
  let start = 0
  while (start < from.length && start < to.length && from[start] === to[start]) start += 1
  let end = from.length
  let last = to.length
  while (end > start && last > start && from[end - 1] === to[last - 1]) {
    end -= 1
    last -= 1
  }
  if (end === start && last === start) return []
  if (end === start || last === start || (end - start) * (last - start) > MOST_COMPARISONS)
    return [[start, end, start, last]]
  return gapsAround(commonIn(from, to, start, end, last), start, end, last)
}

function gapsAround(
  common: readonly (readonly [number, number])[],
  start: number,
  end: number,
  last: number,
): Gap[] {
  const gaps: Gap[] = []
  let [old, fresh] = [start, start]
  for (const [inOld, inFresh] of [...common, [end, last] as const]) {
    if (inOld > old || inFresh > fresh) gaps.push([old, inOld, fresh, inFresh])
    old = inOld + 1
    fresh = inFresh + 1
  }
  return gaps
}

/** The longest common subsequence of the middles of two lists, as pairs of places. */
function commonIn(
  from: readonly string[],
  to: readonly string[],
  start: number,
  end: number,
  last: number,
): readonly (readonly [number, number])[] {
  const [rows, columns] = [end - start, last - start]
  const width = columns + 1
  const lengths = new Uint16Array((rows + 1) * width)
  for (let row = rows - 1; row >= 0; row -= 1)
    for (let column = columns - 1; column >= 0; column -= 1)
      lengths[row * width + column] =
        from[start + row] === to[start + column]
          ? lengths[(row + 1) * width + column + 1]! + 1
          : Math.max(lengths[(row + 1) * width + column]!, lengths[row * width + column + 1]!)
  const pairs: (readonly [number, number])[] = []
  for (let row = 0, column = 0; row < rows && column < columns;) {
    if (from[start + row] === to[start + column]) pairs.push([start + row++, start + column++])
    else if (lengths[(row + 1) * width + column]! >= lengths[row * width + column + 1]!) row += 1
    else column += 1
  }
  return pairs
}
