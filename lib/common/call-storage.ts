import { AsyncLocalStorage } from 'node:async_hooks'

interface Entry {
  readonly owner: CallStorage<unknown>
  readonly value: unknown
  /** What others keep around it. */
  readonly outer: Entry | undefined
}

/**
 * The one storage that all instances share. Node 20 keeps every AsyncLocalStorage that was ever run and hands each of them
 * on with every promise, so that one for each application would make a process that creates many of them slower and slower.
 */
const shared = new AsyncLocalStorage<Entry>()

/**
 * Keeps one value for everything that a call does, also later: an `AsyncLocalStorage` of which there may be any number.
 *
 * @example
 * const user = new CallStorage<string>()
 * user.run('Ada', async () => {
 *   await sleep(1)
 *   user.get() // 'Ada'
 * })
 */
export class CallStorage<T> {
  /** @returns the value of the innermost `run` around the running code; undefined outside of all */
  get(): T | undefined {
    let entry = shared.getStore()
    while (entry !== undefined && entry.owner !== this) entry = entry.outer
    return entry?.value as T | undefined
  }

  /**
   * Runs a function with a value.
   *
   * @param value for everything that the function does
   * @param action the function
   * @returns what it returns
   */
  run<R>(value: T, action: () => R): R {
    const outer = without(this, shared.getStore())
    return shared.run({ owner: this, value, outer }, action)
  }
}

/** Leaves out an owner's entry, which a new one hides: a call that starts itself again and again must not grow a chain. */
function without(owner: CallStorage<unknown>, entry: Entry | undefined): Entry | undefined {
  if (entry === undefined || entry.owner === owner) return entry?.outer
  const outer = without(owner, entry.outer)
  return outer === entry.outer ? entry : { owner: entry.owner, value: entry.value, outer }
}
