import { vi } from 'vitest'

/**
 * Waits until a check passes, also on a slow machine: what comes in milliseconds elsewhere may take seconds there.
 *
 * @param check throws as long as what it looks at is not so
 * @returns what the check returned
 * @throws what the check threw last, after 15 seconds
 */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 15_000, interval: 5 })
}
