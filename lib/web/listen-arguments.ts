import type { ListenOptions } from '../server/index.js'

/** Where an application listens, and in how many processes. */
export interface ApplicationListenOptions extends ListenOptions {
  /**
   * Runs the script in so many processes, `'auto'` for one per processor; this one only watches them. Default: in this
   * process alone.
   */
  readonly workers?: number | 'auto'
}

/** The second argument of `listen`: the address, what else there is to say, or the callback. */
export type ListenDetails =
  string | Omit<ApplicationListenOptions, 'port' | 'path' | 'fd' | 'listeners'> | (() => void)

/** What the arguments of `listen` mean. */
export interface ListenCall {
  readonly where: ListenOptions
  readonly workers: number | 'auto' | undefined
  readonly done: (() => void) | undefined
}

/**
 * Brings the forms of `listen` together.
 *
 * @param first a port, the path of a Unix socket, or all options
 * @param second the address, more options, or the callback
 * @param third the callback
 */
export function listenCall(
  first: number | string | ApplicationListenOptions,
  second: ListenDetails | undefined,
  third: (() => void) | undefined,
): ListenCall {
  const done = typeof second === 'function' ? second : third
  const details = typeof second === 'object' ? second : typeof second === 'string' ? { host: second } : {}
  const { workers, ...where } = { ...(typeof first === 'object' ? first : placeOf(first)), ...details }
  return { where, workers, done }
}

function placeOf(first: number | string): ListenOptions {
  return typeof first === 'string' && !/^\d+$/.test(first) ? { path: first } : { port: Number(first) }
}
