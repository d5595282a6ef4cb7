import { defineError } from '../../common/index.js'

/** A number of workers that is none. */
export const WorkersInvalid = defineError<{ value: unknown }>(
  'CORBEL_WORKERS_INVALID',
  'The option workers is {value}. Give a whole number of at least 1, or "auto" for one per processor.',
)

/** There is no script that workers could run. */
export const WorkersScriptMissing = defineError<object>(
  'CORBEL_WORKERS_SCRIPT_MISSING',
  'Workers run the script of this process again, and this process has none. Start it as `node main.js`, not with -e or from standard input.',
)

/** A worker that ends again and again before it is ready. */
export const WorkersCrashLoop = defineError<{ worker: number; times: number; how: string }>(
  'CORBEL_WORKERS_CRASH_LOOP',
  'Worker {worker} ended {times} times in a row before it was ready, at last {how}. What it wrote stands above; start the script without workers to see it alone.',
)

/** A new worker that ended before it was ready, so that the old ones go on. */
export const WorkersReloadFailed = defineError<{ worker: number; how: string }>(
  'CORBEL_WORKERS_RELOAD_FAILED',
  'Reloading stopped at worker {worker}: the new one ended {how} before it was ready. The old one goes on; correct the cause and send SIGHUP again.',
)
