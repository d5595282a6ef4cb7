/** The signals that ask a process to stop, for `enableShutdownHooks`. */
export enum ShutdownSignal {
  /** The terminal was closed. */
  SIGHUP = 'SIGHUP',
  /** Ctrl-C. */
  SIGINT = 'SIGINT',
  /** Ctrl-\\ */
  SIGQUIT = 'SIGQUIT',
  /** Restart, by development runners. */
  SIGUSR2 = 'SIGUSR2',
  /** Stop, by process managers and container platforms. */
  SIGTERM = 'SIGTERM',
}

type Listener = (signal: NodeJS.Signals) => Promise<void>

// One process listener per signal, however many applications a process has.
const listeners = new Map<NodeJS.Signals, Set<Listener>>()
let stoppingSince: number | undefined

/**
 * Calls back when the process is told to stop. When all callbacks are done the process ends with exit code 0, or 1 if
 * one of them failed; a second signal ends it at once.
 *
 * @param signals to listen to
 * @param listener closes one application
 * @returns a function that stops listening
 */
export function onSignals(signals: readonly NodeJS.Signals[], listener: Listener): () => void {
  for (const signal of signals) {
    let set = listeners.get(signal)
    if (set === undefined) {
      listeners.set(signal, (set = new Set()))
      process.on(signal, handleSignal)
    }
    set.add(listener)
  }
  return () => signals.forEach((signal) => forget(signal, listener))
}

function forget(signal: NodeJS.Signals, listener: Listener): void {
  const set = listeners.get(signal)
  if (set === undefined || !set.delete(listener) || set.size > 0 || stoppingSince !== undefined) return
  listeners.delete(signal)
  process.off(signal, handleSignal)
}

/** A terminal signals the whole process group, and npm passes the signal on as well: one Ctrl-C may arrive twice. */
const ECHO_MS = 1000

function handleSignal(signal: NodeJS.Signals): void {
  if (stoppingSince !== undefined) {
    if (performance.now() - stoppingSince > ECHO_MS) process.exit(signal === 'SIGINT' ? 130 : 143)
    return
  }
  stoppingSince = performance.now()
  const closing = [...(listeners.get(signal) ?? [])].map((listener) => listener(signal))
  void Promise.allSettled(closing).then((results) => {
    process.exit(results.some((result) => result.status === 'rejected') ? 1 : 0)
  })
}
