import { defineError } from '../common/index.js'

/** How an application stops; all times are milliseconds. */
export interface ShutdownOptions {
  /**
   * Between the end of readiness and the closing of the port, so that load balancers notice first; requests are served as
   * ever meanwhile. Only where the application is stopped by a signal. Default 0.
   */
  readonly delay?: number
  /** For which requests in flight may take, from the closing of the port on; then they are cut off. Default 10 s. */
  readonly deadline?: number
  /**
   * For which an idle keep-alive connection is kept, so that its next request can still be answered, with
   * `Connection: close`. Default 1 s where the application is stopped by a signal, else 25 ms.
   */
  readonly idle?: number
}

/** The same, with everything decided. */
export interface ShutdownTimes {
  readonly delay: number
  readonly deadline: number
  readonly idle: number
}

/** A time of `shutdown` that is none. */
export const ShutdownOptionInvalid = defineError<{ name: string; value: unknown }>(
  'CORBEL_SHUTDOWN_OPTION',
  'The option shutdown.{name} is {value}. Give milliseconds: a number from 0 to 2147483647.',
)

/** The longest time that timers know. */
const MOST_MS = 2 ** 31 - 1

/**
 * Completes the options for a stop.
 *
 * @param options as given
 * @param signal the reason of the stop; without one nobody but the application itself waits for it
 * @throws {CorbelError} CORBEL_SHUTDOWN_OPTION
 */
export function shutdownTimes(options: ShutdownOptions, signal: string | undefined): ShutdownTimes {
  for (const [name, value] of Object.entries(options)) {
    const isTime = typeof value === 'number' && value >= 0 && value <= MOST_MS
    if (value !== undefined && !isTime) throw new ShutdownOptionInvalid({ name, value })
  }
  const { delay = 0, deadline = 10_000, idle = signal === undefined ? 25 : 1000 } = options
  return { delay: signal === undefined ? 0 : delay, deadline, idle: Math.min(idle, deadline) }
}
