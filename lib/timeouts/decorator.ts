import { defineDecorator } from '../metadata/index.js'
import { durationMs } from '../web/index.js'

/** What a call is answered with where its time is over: 503, or 504 where it is another server that was waited for. */
export interface TimeoutOptions {
  /** Default 503. */
  readonly status?: 503 | 504
}

/** What `@Timeout` stores. */
export interface TimeoutDeclaration extends TimeoutOptions {
  /** Milliseconds, or text with a unit; false for none. */
  readonly time: number | string | false
}

/** Timers of Node take no more, and fire at once instead. */
const LONGEST = 2 ** 31 - 1

/**
 * Bounds the time that a route, or each route of a controller, has for its answer: guards, interceptors and handler
 * together. Then `@Signal()` aborts, the client is answered 503 (CORBEL_HANDLER_TIMEOUT), and what the handler still
 * returns is not sent. An answer that has begun goes on.
 *
 * @param time milliseconds, or text such as `'5s'`; false lifts the application's `timeout`
 * @param options the status
 * @example
 * @Get('report') @Timeout('5s') report(@Signal() signal: AbortSignal) { return this.reports.build({ signal }) }
 */
export const Timeout = defineDecorator({
  name: 'Timeout',
  on: ['class', 'method'],
  value: (time: number | string | false, options: TimeoutOptions = {}): TimeoutDeclaration => ({
    time,
    ...options,
  }),
  check: ({ time }) => timeProblem(time),
})

/**
 * What is wrong with a time.
 *
 * @param time as given
 * @returns in words that go on from "it …"; undefined if nothing is
 */
export function timeProblem(time: number | string | false): string | undefined {
  if (time === false) return undefined
  try {
    const ms = durationMs(time)
    return ms >= 1 && ms <= LONGEST ? undefined : `is given ${time}: the time has to be from 1 ms to 24 days`
  } catch (error) {
    return (error as Error).message
  }
}
