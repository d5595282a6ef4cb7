/**
 * Stands for one of several objects of a class: whichever is meant when it is used.
 *
 * @param prototype of the class
 * @param current the one that is meant; undefined where none is
 * @param missing what a use throws where none is meant
 * @param fixed properties that are the same for all
 * @param owned names of properties that each object has for itself
 */
export function routed<T extends object>(
  prototype: T,
  current: () => T | undefined,
  missing: () => Error,
  fixed: object,
  owned: ReadonlySet<PropertyKey> = new Set(),
): T {
  return new Proxy(Object.create(prototype) as T, {
    get(_, key) {
      if (Object.hasOwn(fixed, key)) return Reflect.get(fixed, key)
      const target = current()
      if (target === undefined) {
        if (owned.has(key)) throw missing()
        return withoutTarget(prototype, key, missing)
      }
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
    set(_, key, value) {
      const target = current()
      if (target === undefined) throw missing()
      return Reflect.set(target, key, value, target)
    },
    has: (_, key) => key in (current() ?? prototype),
  })
}

/** Frameworks look at objects (has it hooks, is it a promise?): only a use may fail, and not a question. */
function withoutTarget(prototype: object, key: PropertyKey, missing: () => Error): unknown {
  const inherited = Object.getOwnPropertyDescriptor(prototype, key)
  if (inherited === undefined || key === 'constructor') return Reflect.get(Object.prototype, key)
  if (inherited.get !== undefined) throw missing()
  return () => {
    throw missing()
  }
}
