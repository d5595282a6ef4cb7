/**
 * Copies what JSON can say, as writing and reading it would: what decorators were given stays theirs.
 *
 * @param value without circles
 */
export function copyAsJson<T>(value: T): T {
  return (copied(value) ?? null) as T
}

function copied(value: unknown): unknown {
  switch (typeof value) {
    case 'object':
      return value === null ? null : copiedObject(value)
    case 'number':
      return Number.isFinite(value) ? value : null
    case 'function':
    case 'symbol':
      return undefined
    default:
      return value
  }
}

function copiedObject(value: object): unknown {
  if (Array.isArray(value)) {
    const list: unknown[] = []
    for (const item of value) list.push(copied(item) ?? null)
    return list
  }
  const { toJSON } = value as { readonly toJSON?: unknown }
  if (typeof toJSON === 'function') return copied((value as { toJSON(): unknown }).toJSON())
  const copy: Record<string, unknown> = {}
  for (const key of Object.keys(value)) {
    const item = copied((value as Record<string, unknown>)[key])
    if (item === undefined) continue
    if (key === '__proto__')
      Object.defineProperty(copy, key, { value: item, enumerable: true, writable: true })
    else copy[key] = item
  }
  return copy
}
