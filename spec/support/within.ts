import { runInNewContext } from 'node:vm'

/**
 * Does work that is allowed so much time, and is ended where it needs more: loops and regular expressions too. For
 * what takes milliseconds, and without the bound that is proven would take minutes; no busy machine makes the one the
 * other.
 *
 * @param seconds how long it may take
 * @param work synchronous
 * @returns whether it was done in time
 */
export function isDoneWithin(seconds: number, work: () => unknown): boolean {
  try {
    runInNewContext('void work()', { work }, { timeout: seconds * 1000 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return false
    throw error
  }
}
