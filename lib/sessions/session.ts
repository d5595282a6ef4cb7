import type { SessionRecord } from '../core/index.js'

/** What the session asks of those who keep it. */
export interface SessionKeeper {
  /** Writes it now. */
  save(session: HttpSession): Promise<void>
  /** Deletes what is stored of it. */
  remove(session: HttpSession): Promise<void>
  /** Milliseconds since 1970. */
  now(): number
}

/** Where a session comes from, and what is to become of it. */
export interface SessionStatus {
  /** As it was read; undefined for a new one. */
  readonly stored: SessionRecord | undefined
  /** True if it gets another id when it is saved. */
  readonly rotates: boolean
  readonly destroyed: boolean
  readonly subject: string | undefined
  readonly createdAt: number
}

const FLASH = '$flash'

/**
 * The session of a visitor. Its own properties are what the application keeps in it, anything that JSON has:
 * `session.cart = [...]`. What has changed is saved before the answer leaves.
 */
export class HttpSession {
  [name: string]: unknown
  #keeper: SessionKeeper
  #stored: SessionRecord | undefined
  #subject: string | undefined
  #createdAt: number
  #rotates = false
  #destroyed = false
  #flash: Record<string, unknown[]> = {}

  /**
   * @param keeper writes it
   * @param stored as it was read; undefined for a new one
   */
  constructor(keeper: SessionKeeper, stored: SessionRecord | undefined) {
    this.#keeper = keeper
    this.#stored = stored
    this.#subject = stored?.subject
    this.#createdAt = stored?.createdAt ?? keeper.now()
    this.#fill(stored?.values ?? {})
  }

  /** Tells it from others of its subject, in lists. It is not what the browser has; undefined until it is saved. */
  get id(): string | undefined {
    return this.#rotates ? undefined : this.#stored?.id
  }

  /** Who has logged in; undefined for nobody. */
  get subject(): string | undefined {
    return this.#subject
  }

  /** When it began, or its subject logged in, in milliseconds since 1970. */
  get createdAt(): number {
    return this.#createdAt
  }

  /** True until it was saved for the first time. */
  get isNew(): boolean {
    return this.#stored === undefined
  }

  /**
   * Notes who has logged in. The session gets another id, so that nobody who knew the old one is logged in with him, and its
   * time begins anew.
   *
   * @param subject the id of an account
   * @param options `keep`: whether what is in it stays; true by default for a visitor without a subject, and for the
   *   same one again; another subject never gets what was somebody else's
   */
  login(subject: string, options: { readonly keep?: boolean } = {}): void {
    const isOthers = this.#subject !== undefined && this.#subject !== subject
    if (isOthers || options.keep === false) this.clear()
    this.#subject = subject
    this.#createdAt = this.#keeper.now()
    this.#rotates = true
  }

  /** Gives it another id, and leaves what is in it: when its subject gets more rights, or has changed his password. */
  regenerate(): void {
    this.#rotates = true
  }

  /** Forgets what the application keeps in it. */
  clear(): void {
    for (const name of Object.keys(this)) delete this[name]
    this.#flash = {}
  }

  /** Ends it: at once in the store, with the answer in the browser. */
  async destroy(): Promise<void> {
    this.clear()
    this.#subject = undefined
    this.#destroyed = true
    await this.#keeper.remove(this)
  }

  /** Saves it now, rather than before the answer leaves. */
  async save(): Promise<void> {
    await this.#keeper.save(this)
  }

  /**
   * Keeps a value for the next request that asks for it: a message after a redirect.
   *
   * @param name of the value; several of one name are kept in order
   * @param value anything that JSON has
   */
  flash(name: string, value: unknown): void
  /** @returns what was kept under a name; it is gone then */
  flash(name: string): readonly unknown[]
  flash(name: string, value?: unknown): readonly unknown[] | void {
    const known = Object.hasOwn(this.#flash, name) ? this.#flash[name]! : []
    if (value === undefined) {
      delete this.#flash[name]
      return known
    }
    own(this.#flash, name, [...known, value])
  }

  /** What is stored of it: a copy, as JSON has it. */
  static values(session: HttpSession): Record<string, unknown> {
    const values = JSON.parse(JSON.stringify(session)) as Record<string, unknown>
    if (Object.keys(session.#flash).length > 0)
      values[FLASH] = JSON.parse(JSON.stringify(session.#flash)) as unknown
    return values
  }

  /** Where it comes from, and what is to become of it. */
  static status(session: HttpSession): SessionStatus {
    return {
      stored: session.#stored,
      rotates: session.#rotates,
      destroyed: session.#destroyed,
      subject: session.#subject,
      createdAt: session.#createdAt,
    }
  }

  /** Notes that it was saved, or, without a record, that somebody else has ended it. */
  static settle(session: HttpSession, record: SessionRecord | undefined): void {
    session.#stored = record
    session.#rotates = false
    if (record === undefined) return void (session.#destroyed = true)
    for (const name of Object.keys(session)) delete session[name]
    session.#fill(record.values)
  }

  #fill(values: Readonly<Record<string, unknown>>): void {
    this.#flash = {}
    for (const [name, value] of Object.entries(structuredClone(values))) {
      if (name === FLASH) this.#flash = value as Record<string, unknown[]>
      else own(this, name, value)
    }
  }
}

/** Sets a property of the object itself, whatever its name: `__proto__` is one like others. */
function own(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true })
}
