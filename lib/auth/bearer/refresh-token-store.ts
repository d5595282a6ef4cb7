import { BoundedMap, type MemoryBounds } from '../../core/index.js'

/** One login, as long as its refresh tokens are good. */
export interface RefreshLogin {
  readonly id: string
  readonly subject: string
  /** What the application keeps with it: what JSON has. */
  readonly login: Readonly<Record<string, unknown>>
  /** Of the refresh token that is good at present; never the token itself. */
  readonly hash: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

/** Keeps logins: a table with the members of `RefreshLogin` for columns. */
export interface RefreshTokenStore {
  create(login: RefreshLogin): Promise<void>
  /** @returns undefined if there is none */
  find(id: string): Promise<RefreshLogin | undefined>
  /**
   * Replaces a login in one step, if its hash is still the one that the caller has seen:
   * `UPDATE … SET hash = :next WHERE id = :id AND hash = :expected`.
   *
   * @returns false if it is not: then nothing has changed
   */
  rotate(next: RefreshLogin, expected: string): Promise<boolean>
  /** Deletes one. */
  revoke(id: string): Promise<void>
  /** Deletes those of a subject. */
  revokeAll(subject: string): Promise<void>
}

/** Logins in the memory of one process: for development and tests, where a restart may log everybody out. */
export class MemoryRefreshTokenStore implements RefreshTokenStore {
  private readonly logins: BoundedMap<RefreshLogin>
  private readonly bySubject = new Map<string, Set<string>>()

  /** @param bounds `maxEntries` (default 10 000) and `now` */
  constructor(bounds: MemoryBounds = {}) {
    this.logins = new BoundedMap({ ...bounds, dropped: (login) => this.unlist(login) })
  }

  async create(login: RefreshLogin): Promise<void> {
    this.logins.set(login.id, structuredClone(login), login.expiresAt)
    const ids = this.bySubject.get(login.subject) ?? new Set()
    this.bySubject.set(login.subject, ids.add(login.id))
  }

  async find(id: string): Promise<RefreshLogin | undefined> {
    return structuredClone(this.logins.get(id))
  }

  async rotate(next: RefreshLogin, expected: string): Promise<boolean> {
    if (this.logins.get(next.id)?.hash !== expected) return false
    this.logins.set(next.id, structuredClone(next), next.expiresAt)
    return true
  }

  async revoke(id: string): Promise<void> {
    this.logins.delete(id)
  }

  async revokeAll(subject: string): Promise<void> {
    // a copy: each deletion takes an id out of the set
    for (const id of Array.from(this.bySubject.get(subject) ?? [])) this.logins.delete(id)
  }

  private unlist({ id, subject }: RefreshLogin): void {
    const ids = this.bySubject.get(subject)
    ids?.delete(id)
    if (ids?.size === 0) this.bySubject.delete(subject)
  }
}
