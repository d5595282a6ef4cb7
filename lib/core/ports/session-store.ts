import { InjectionToken } from '../../di/index.js'
import { BoundedMap, type MemoryBounds } from './bounded-map.js'

/** One session as it is stored. */
export interface SessionRecord {
  /** What it is stored under. Never what the client has: whoever reads the store must not be able to take sessions over. */
  readonly id: string
  /** Whose session it is; undefined while nobody has logged in. */
  readonly subject: string | undefined
  /** What the application keeps in it: anything that JSON has. */
  readonly values: Readonly<Record<string, unknown>>
  /** When it began, in milliseconds since 1970. */
  readonly createdAt: number
  /** When it ends unless it is touched, in milliseconds since 1970. */
  readonly expiresAt: number
  /** Counts its writes: 1 for a new one. */
  readonly version: number
}

/** Keeps sessions: in memory, or where several processes see them. */
export interface SessionStore {
  /** @returns undefined if there is none, or it has expired */
  read(id: string): Promise<SessionRecord | undefined>
  /**
   * Writes a session if nobody else has written it meanwhile.
   *
   * @param record with version 1 it must not be there yet; otherwise the stored version has to be one less
   * @returns false if somebody else has written or destroyed it: then nothing has changed
   */
  write(record: SessionRecord): Promise<boolean>
  /**
   * Moves the end of a session. Its version stays.
   *
   * @param id of the session
   * @param expiresAt milliseconds since 1970
   * @returns false if there is none
   */
  touch(id: string, expiresAt: number): Promise<boolean>
  /** @returns whether there was one */
  destroy(id: string): Promise<boolean>
  /**
   * Ends the sessions of a subject on all devices.
   *
   * @param subject whose
   * @param except the id of one that goes on
   * @returns how many were ended
   */
  destroyAll(subject: string, except?: string): Promise<number>
  /** @returns the sessions of a subject that have not expired, the oldest first */
  list(subject: string): Promise<readonly SessionRecord[]>
}

/** The application's session store; a module of a driver (`RedisModule`) provides it. */
export const SESSION_STORE = new InjectionToken<SessionStore>('SESSION_STORE')

/**
 * Sessions in the memory of one process, with a bound. Sessions without a subject have a bound of their own: a flood of
 * visitors must not log anybody out.
 */
export class MemorySessionStore implements SessionStore {
  private readonly anonymous: BoundedMap<SessionRecord>
  private readonly known: BoundedMap<SessionRecord>
  private readonly bySubject = new Map<string, Set<string>>()

  /** @param bounds `maxEntries` of each kind (default 10 000) and `now` */
  constructor(bounds: MemoryBounds = {}) {
    this.anonymous = new BoundedMap(bounds)
    this.known = new BoundedMap({ ...bounds, dropped: (record) => this.unlist(record) })
  }

  async read(id: string): Promise<SessionRecord | undefined> {
    const record = this.find(id)
    return record === undefined ? undefined : structuredClone(record)
  }

  async write(record: SessionRecord): Promise<boolean> {
    if ((this.find(record.id)?.version ?? 0) !== record.version - 1) return false
    this.remove(record.id)
    this.put(structuredClone(record))
    return true
  }

  async touch(id: string, expiresAt: number): Promise<boolean> {
    const record = this.find(id)
    if (record === undefined) return false
    this.remove(id)
    this.put({ ...record, expiresAt })
    return true
  }

  async destroy(id: string): Promise<boolean> {
    return this.remove(id)
  }

  async destroyAll(subject: string, except?: string): Promise<number> {
    const ids = [...(this.bySubject.get(subject) ?? [])].filter((id) => id !== except)
    return ids.filter((id) => this.remove(id)).length
  }

  async list(subject: string): Promise<readonly SessionRecord[]> {
    return [...(this.bySubject.get(subject) ?? [])]
      .flatMap((id) => this.known.get(id) ?? [])
      .map((record) => structuredClone(record))
      .sort((a, b) => a.createdAt - b.createdAt)
  }

  private find(id: string): SessionRecord | undefined {
    return this.known.get(id) ?? this.anonymous.get(id)
  }

  private put(record: SessionRecord): void {
    const { id, subject, expiresAt } = record
    if (subject === undefined) return this.anonymous.set(id, record, expiresAt)
    this.known.set(id, record, expiresAt)
    const ids = this.bySubject.get(subject)
    if (ids === undefined) this.bySubject.set(subject, new Set([id]))
    else ids.add(id)
  }

  private remove(id: string): boolean {
    return this.known.delete(id) || this.anonymous.delete(id)
  }

  private unlist({ id, subject }: SessionRecord): void {
    const ids = this.bySubject.get(subject!)
    ids?.delete(id)
    if (ids?.size === 0) this.bySubject.delete(subject!)
  }
}
