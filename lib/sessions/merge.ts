type Values = Readonly<Record<string, unknown>>

/**
 * Puts the changes of one request onto what others have written meanwhile. Each member is taken whole: the last one wins.
 *
 * @param before as the request has read it
 * @param after as the request has left it
 * @param theirs as it is stored now
 */
export function mergeChanges(before: Values, after: Values, theirs: Values): Record<string, unknown> {
  const merged = new Map(Object.entries(theirs))
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  for (const name of names) {
    const value = ownValue(after, name)
    if (isSame(ownValue(before, name), value)) continue
    if (value === undefined) merged.delete(name)
    else merged.set(name, value)
  }
  return Object.fromEntries(merged)
}

/** Compares what JSON has. */
export function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function ownValue(values: Values, name: string): unknown {
  return Object.hasOwn(values, name) ? values[name] : undefined
}
