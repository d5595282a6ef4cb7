/** One change of a JSON document (RFC 6902). */
export interface PatchOperation {
  readonly op: string
  readonly path: string
  readonly from?: string
  readonly value?: unknown
}

type Container = Record<string, unknown> | unknown[]

/**
 * Applies a JSON Patch. The document stays as it is: what has not changed is shared with the result.
 *
 * @param document any JSON
 * @param patch changes, in their order
 * @throws {TypeError} where the patch is not for this document
 * @see RFC 6902
 */
export function applyPatch(document: unknown, patch: readonly PatchOperation[]): unknown {
  return patch.reduce(applyOne, document)
}

function applyOne(document: unknown, { op, path, from, value }: PatchOperation): unknown {
  const at = pointer(path)
  switch (op) {
    case 'add':
      return put(document, at, value, true)
    case 'remove':
      return remove(document, at)
    case 'replace':
      read(document, at)
      return put(document, at, value, false)
    case 'move':
    case 'copy': {
      const source = pointer(from ?? '')
      const moved = read(document, source)
      return put(op === 'move' ? remove(document, source) : document, at, moved, true)
    }
    case 'test':
      if (canonical(read(document, at)) !== canonical(value)) return unfit(path)
      return document
    default:
      return unfit(op)
  }
}

/** RFC 6901 §4. */
function pointer(path: string): string[] {
  if (path !== '' && path[0] !== '/') unfit(path)
  return path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function read(document: unknown, path: readonly string[]): unknown {
  return path.reduce(child, document)
}

function child(parent: unknown, key: string): unknown {
  if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, key)) return unfit(key)
  return (parent as Record<string, unknown>)[key]
}

function put(document: unknown, path: readonly string[], value: unknown, inserts: boolean): unknown {
  return edit(document, path, value, (parent, key) => {
    if (!Array.isArray(parent)) {
      // not by assignment: `__proto__` is a name like others in JSON
      Object.defineProperty(parent, key, { value, writable: true, enumerable: true, configurable: true })
      return
    }
    const index = key === '-' ? parent.length : Number(key)
    if (!(index >= 0 && index <= parent.length)) unfit(key)
    parent.splice(index, inserts ? 0 : 1, value)
  })
}

function remove(document: unknown, path: readonly string[]): unknown {
  return edit(document, path, undefined, (parent, key) => {
    child(parent, key)
    if (Array.isArray(parent)) parent.splice(Number(key), 1)
    else delete parent[key]
  })
}

/** Copies what is on the way to a place, and changes the copy. */
function edit(
  document: unknown,
  path: readonly string[],
  whole: unknown,
  change: (parent: Container, key: string) => void,
): unknown {
  const [key, ...rest] = path
  if (key === undefined) return whole
  if (typeof document !== 'object' || document === null) return unfit(key)
  const copy: Container = Array.isArray(document) ? [...(document as unknown[])] : { ...document }
  if (rest.length === 0) change(copy, key)
  else {
    const value = edit(child(document, key), rest, whole, change)
    Object.defineProperty(copy, key, { value, writable: true, enumerable: true, configurable: true })
  }
  return copy
}

/** JSON with the members in one order. */
function canonical(value: unknown): string | undefined {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  )
}

function unfit(what: string): never {
  throw new TypeError(`The patch does not fit: ${what}`)
}
