import { isPromise, type MaybePromise } from '../../common/index.js'
import { InjectionToken } from '../../di/index.js'
import { Logger } from '../logger.js'

/** Something that matters for security, and that somebody may have to prove later. */
export interface AuditEvent {
  /** What has happened, in dotted words: `auth.login`, `authorization.denied`, `session.ended`. */
  readonly type: string
  /** Whether it went through. */
  readonly outcome: 'success' | 'failure'
  /** When, in milliseconds since 1970. */
  readonly at: number
  /** Who: the id of a principal; undefined for nobody, or nobody known. */
  readonly actor?: string | undefined
  /** Whose data it is about, where an application serves several. */
  readonly tenant?: string | undefined
  /** The address it came from. */
  readonly address?: string | undefined
  /** What was to be done. */
  readonly action?: string | undefined
  /** What it was to be done to: `Article:42`, or the name of an endpoint. */
  readonly target?: string | undefined
  /** Why it went as it did. For people with access to the log, never for clients. */
  readonly reason?: string | undefined
  /** What else the application wants to keep. No passwords, no tokens. */
  readonly details?: Readonly<Record<string, unknown>> | undefined
}

/** Keeps what has happened. Events come one by one, in the order in which they happen. */
export interface AuditLog {
  /** @param event what has happened; not changed afterwards */
  record(event: AuditEvent): MaybePromise<void>
}

/** The application's audit log: provide it in any module, and the features of Corbel write to it. */
export const AUDIT_LOG = new InjectionToken<AuditLog>('AUDIT_LOG')

/** An audit log in memory, for tests and development: of more events than it holds, the oldest are forgotten. */
export class MemoryAuditLog implements AuditLog {
  private readonly kept: AuditEvent[] = []

  /** @param maxEvents how many are kept. Default 10 000 */
  constructor(private readonly maxEvents = 10_000) {}

  /** All that are kept, the oldest first. */
  get events(): readonly AuditEvent[] {
    return this.kept
  }

  /**
   * @param type of events
   * @returns those of one type, the oldest first
   */
  of(type: string): readonly AuditEvent[] {
    return this.kept.filter((event) => event.type === type)
  }

  record(event: AuditEvent): void {
    this.kept.push(event)
    if (this.kept.length > this.maxEvents) this.kept.shift()
  }
}

/**
 * An audit log on the console: one JSON object a line. JSON escapes line ends and other control characters, so that nobody
 * can write lines of his own by what he sends (CWE-117).
 */
export class ConsoleAuditLog implements AuditLog {
  /** @param write prints a line. Default: standard output */
  constructor(private readonly write: (line: string) => void = (line) => void process.stdout.write(line)) {}

  record(event: AuditEvent): void {
    this.write(`${printable({ audit: true, ...event, at: new Date(event.at).toISOString() })}\n`)
  }
}

/** JSON leaves DEL, C1 controls and Unicode's line separators as they are; terminals and log readers may not. */
function printable(value: object): string {
  return JSON.stringify(value).replace(
    // eslint-disable-next-line no-control-regex -- control characters are what it is about
    /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

const logger = new Logger('Audit')

/**
 * Writes an event for a feature: the call that it is about does not wait, and goes on where the log has failed.
 *
 * @param log where it goes; nothing happens without one
 * @param event its time is added
 */
export function recordAudit(log: AuditLog | undefined, event: Omit<AuditEvent, 'at'>): void {
  if (log === undefined) return
  try {
    const written = log.record({ ...event, at: Date.now() })
    if (isPromise(written)) void written.then(undefined, failed)
  } catch (error) {
    failed(error)
  }
}

function failed(error: unknown): void {
  logger.error('An event could not be written to the audit log', error)
}
