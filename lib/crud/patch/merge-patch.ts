/**
 * Applies a JSON Merge Patch.
 *
 * @param target it is not changed
 * @param patch members that are null are removed, objects are merged, everything else replaces
 * @see RFC 7396 §2
 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isPlain(patch)) return patch
  const result = new Map<string, unknown>(isPlain(target) ? Object.entries(target) : [])
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) result.delete(name)
    else result.set(name, mergePatch(result.get(name), value))
  }
  // by definition, not by assignment: `__proto__` is a name like any other here
  return Object.fromEntries(result)
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
