import type { Attempts } from 'corbel/auth'

/**
 * Makes who has guessed too often wait for minutes: after a second, which is what applications have, a slow machine may not
 * have sent the next guess yet.
 *
 * @param attempts of the application
 */
export function waitLong(attempts: Attempts): void {
  expect(attempts).toHaveProperty('waitMs', 1000)
  Object.assign(attempts, { waitMs: 300_000 })
}
