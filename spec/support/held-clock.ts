import { vi } from 'vitest'

/**
 * Holds the clock and the timeouts of this process, while sockets go on as they do: what takes time happens when the spec says
 * so, and never because the machine is slow. Begins at a whole second, as tokens count in them.
 *
 * `letTimeGo` has to follow, in an `afterEach` or a `finally`.
 */
export function holdTime(): void {
  const now = Math.ceil(Date.now() / 1000) * 1000
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now })
}

/** Lets so much time pass, in ms, with all that happens in it. */
export async function passTime(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms)
}

/** The clock goes on by itself. */
export function letTimeGo(): void {
  vi.useRealTimers()
}
