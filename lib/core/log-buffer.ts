import type { LoggerService, LogLevel } from './logger.js'

interface Entry {
  readonly level: LogLevel
  readonly values: readonly [message: unknown, ...details: unknown[]]
}

/** Keeps messages until it is known where they go. */
export class LogBuffer implements LoggerService {
  private entries: Entry[] = []
  private target: LoggerService | undefined

  log(...values: [message: unknown, ...details: unknown[]]): void {
    this.take({ level: 'log', values })
  }

  error(...values: [message: unknown, ...details: unknown[]]): void {
    this.take({ level: 'error', values })
  }

  warn(...values: [message: unknown, ...details: unknown[]]): void {
    this.take({ level: 'warn', values })
  }

  debug(...values: [message: unknown, ...details: unknown[]]): void {
    this.take({ level: 'debug', values })
  }

  verbose(...values: [message: unknown, ...details: unknown[]]): void {
    this.take({ level: 'verbose', values })
  }

  fatal(...values: [message: unknown, ...details: unknown[]]): void {
    this.take({ level: 'fatal', values })
  }

  /**
   * Hands over what was kept, in order, and everything that comes later at once.
   *
   * @param target the logger
   */
  flushTo(target: LoggerService): void {
    this.target = target
    const { entries } = this
    this.entries = []
    for (const entry of entries) write(target, entry)
  }

  private take(entry: Entry): void {
    if (this.target === undefined) this.entries.push(entry)
    else write(this.target, entry)
  }
}

function write(target: LoggerService, { level, values }: Entry): void {
  const method = target[level] ?? (level === 'fatal' ? target.error : undefined)
  method?.call(target, ...values)
}
