import { inspect } from 'node:util'
import { visibleControls } from './visible-controls.js'

/** How much a message matters, from the most to the least. */
export type LogLevel = 'fatal' | 'error' | 'warn' | 'log' | 'debug' | 'verbose'

/** Where messages go: Corbel's own console logger, or anything of the same shape. */
export interface LoggerService {
  log(message: unknown, ...details: unknown[]): void
  error(message: unknown, ...details: unknown[]): void
  warn(message: unknown, ...details: unknown[]): void
  debug?(message: unknown, ...details: unknown[]): void
  verbose?(message: unknown, ...details: unknown[]): void
  fatal?(message: unknown, ...details: unknown[]): void
}

/** The `logger` option: a logger, the levels that the console logger prints, or false for silence. */
export type LoggerOption = LoggerService | readonly LogLevel[] | boolean

const ALL_LEVELS: readonly LogLevel[] = ['fatal', 'error', 'warn', 'log', 'debug', 'verbose']
const DEFAULT_LEVELS: readonly LogLevel[] = ['fatal', 'error', 'warn', 'log']

/** How a console logger prints. */
export interface ConsoleLoggerOptions {
  /** Those that are printed; fatal, error, warn and log by default. */
  readonly logLevels?: readonly LogLevel[]
  /** One JSON object a line instead of text. */
  readonly json?: boolean
  /** Stands in front of each message. */
  readonly context?: string
}

/**
 * Prints a line a message: time, level, context, text; errors and warnings on standard error. What comes in cannot write a
 * line of its own or command the terminal: control characters are shown as `\x1b` (CWE-117).
 */
export class ConsoleLogger implements LoggerService {
  private levels: ReadonlySet<LogLevel>
  private context: string
  private readonly json: boolean

  /**
   * @param contextOrOptions stands in front of each message; or the options
   * @param more the options, where a context is given
   */
  constructor(contextOrOptions: string | ConsoleLoggerOptions = {}, more: ConsoleLoggerOptions = {}) {
    const options =
      typeof contextOrOptions === 'string' ? { ...more, context: contextOrOptions } : contextOrOptions
    this.levels = new Set(options.logLevels ?? DEFAULT_LEVELS)
    this.context = options.context ?? ''
    this.json = options.json ?? false
  }

  log(message: unknown, ...details: unknown[]): void {
    this.print('log', message, details)
  }

  error(message: unknown, ...details: unknown[]): void {
    this.print('error', message, details)
  }

  warn(message: unknown, ...details: unknown[]): void {
    this.print('warn', message, details)
  }

  debug(message: unknown, ...details: unknown[]): void {
    this.print('debug', message, details)
  }

  verbose(message: unknown, ...details: unknown[]): void {
    this.print('verbose', message, details)
  }

  fatal(message: unknown, ...details: unknown[]): void {
    this.print('fatal', message, details)
  }

  setContext(context: string): void {
    this.context = context
  }

  setLogLevels(levels: readonly LogLevel[]): void {
    this.levels = new Set(levels)
  }

  isLevelEnabled(level: LogLevel): boolean {
    return this.levels.has(level)
  }

  private print(level: LogLevel, message: unknown, details: readonly unknown[]): void {
    if (!this.levels.has(level)) return
    const last = details.at(-1)
    const isContext = typeof last === 'string' && !STACK.test(last)
    const context = isContext ? last : this.context
    const rest = isContext ? details.slice(0, -1) : details
    const text = visibleControls([show(message), ...rest.map(showDetail)].join(' '))
    const stream =
      level === 'log' || level === 'debug' || level === 'verbose' ? process.stdout : process.stderr
    const timestamp = new Date().toISOString()
    const place = visibleControls(oneLine(context))
    stream.write(
      this.json
        ? `${JSON.stringify({ timestamp, level, context: place, message: text })}\n`
        : `${timestamp} ${level.toUpperCase().padEnd(7)} ${place === '' ? '' : `[${place}] `}${text}\n`,
    )
  }
}

/** What `error.stack` looks like: `logger.error('It broke', error.stack)`. */
const STACK = /^.+\n\s+at .+/

function showDetail(value: unknown): string {
  return typeof value === 'string' && STACK.test(value) ? indented(`\n${value}`) : show(value)
}

/** Line breaks in a message could forge further messages, so only stacks and objects keep theirs. */
function show(value: unknown): string {
  if (value instanceof Error) return indented(value.stack ?? value.message)
  if (typeof value === 'object' && value !== null) return showObject(value)
  return oneLine(String(value))
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ⏎ ')
}

/** A stack begins with the message of its error, which may have line breaks of others: no line of it looks like one of the log. */
function indented(stack: string): string {
  return stack.replaceAll(/(?:\r\n|\r|\n)(?!\s)/g, '\n    ').replaceAll('\r\n', '\n')
}

/** A message must never be the reason of an error: what has no JSON (cycles, big integers) is shown as Node shows it. */
function showObject(value: object): string {
  try {
    return JSON.stringify(value)
  } catch {
    return oneLine(inspect(value, { depth: 4, breakLength: Infinity }))
  }
}

/** A logger that drops everything. */
export const SILENT: LoggerService = {
  log: drop,
  error: drop,
  warn: drop,
  debug: drop,
  verbose: drop,
  fatal: drop,
}

function drop(): void {
  // nothing is kept
}

/**
 * The logger that an option means.
 *
 * @param option a logger, levels, or a switch
 */
export function loggerFor(option: LoggerOption | undefined): LoggerService {
  if (option === undefined || option === true) return new ConsoleLogger()
  if (option === false) return SILENT
  return isLevels(option) ? new ConsoleLogger({ logLevels: option }) : option
}

function isLevels(option: LoggerService | readonly LogLevel[]): option is readonly LogLevel[] {
  return Array.isArray(option)
}

/**
 * The logger of a class: `private readonly logger = new Logger(UsersService.name)`. Writes to whatever logger the
 * application was given.
 */
export class Logger implements LoggerService {
  private static target: LoggerService = new ConsoleLogger()

  /** @param context stands in front of each message */
  constructor(private readonly context = '') {}

  /** Sends the messages of every `Logger` somewhere else. */
  static overrideLogger(option: LoggerOption): void {
    Logger.target = loggerFor(option)
  }

  static log(message: unknown, ...details: unknown[]): void {
    Logger.target.log(message, ...details)
  }

  static error(message: unknown, ...details: unknown[]): void {
    Logger.target.error(message, ...details)
  }

  static warn(message: unknown, ...details: unknown[]): void {
    Logger.target.warn(message, ...details)
  }

  static debug(message: unknown, ...details: unknown[]): void {
    Logger.target.debug?.(message, ...details)
  }

  static verbose(message: unknown, ...details: unknown[]): void {
    Logger.target.verbose?.(message, ...details)
  }

  static fatal(message: unknown, ...details: unknown[]): void {
    ;(Logger.target.fatal ?? Logger.target.error).call(Logger.target, message, ...details)
  }

  log(message: unknown, ...details: unknown[]): void {
    Logger.target.log(message, ...this.with(details))
  }

  error(message: unknown, ...details: unknown[]): void {
    Logger.target.error(message, ...this.with(details))
  }

  warn(message: unknown, ...details: unknown[]): void {
    Logger.target.warn(message, ...this.with(details))
  }

  debug(message: unknown, ...details: unknown[]): void {
    Logger.target.debug?.(message, ...this.with(details))
  }

  verbose(message: unknown, ...details: unknown[]): void {
    Logger.target.verbose?.(message, ...this.with(details))
  }

  fatal(message: unknown, ...details: unknown[]): void {
    ;(Logger.target.fatal ?? Logger.target.error).call(Logger.target, message, ...this.with(details))
  }

  private with(details: readonly unknown[]): readonly unknown[] {
    return this.context === '' ? details : [...details, this.context]
  }
}

/** Every level, for `logger: LOG_LEVELS`. */
export const LOG_LEVELS = ALL_LEVELS
