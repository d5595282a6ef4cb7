import type { MaybePromise } from '../../common/index.js'

/** One passkey of an account. Nothing in it is secret. */
export interface PasskeyRecord {
  /** What the authenticator calls it: base64url. Unique among all accounts. */
  readonly id: string
  /** The id of the account. */
  readonly account: string
  /** COSE, in base64url. */
  readonly publicKey: string
  /** How often it was used, as far as the authenticator counts: 0 for those that do not. */
  readonly counter: number
  /** How the browser reaches it: `internal`, `hybrid`, `usb` … */
  readonly transports: readonly string[]
  /** Whether it is copied to other devices of its owner. */
  readonly synced: boolean
  /** By which its owner tells it from others. */
  readonly name: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** Milliseconds since 1970; undefined while it was not used. */
  readonly usedAt: number | undefined
}

/** Keeps passkeys: a table with the members of `PasskeyRecord` for columns, and `id` for its primary key. */
export interface PasskeyStore {
  /** @param id of the passkey */
  find(id: string): MaybePromise<PasskeyRecord | undefined>
  /** @returns the passkeys of an account, the oldest first */
  list(account: string): MaybePromise<readonly PasskeyRecord[]>
  /** @returns false if there is one with this id: then nothing has changed */
  add(record: PasskeyRecord): MaybePromise<boolean>
  /**
   * Notes a use in one step if the counter is still the one before: `UPDATE … WHERE id = :id AND counter = :before`.
   *
   * @returns false if it is not, or the passkey is gone: then nothing has changed
   */
  use(id: string, before: number, counter: number, usedAt: number): MaybePromise<boolean>
  /** @returns whether the account had it */
  remove(account: string, id: string): MaybePromise<boolean>
}

/** Passkeys in the memory of one process: for development and tests. */
export class MemoryPasskeyStore implements PasskeyStore {
  private readonly records = new Map<string, PasskeyRecord>()

  find(id: string): PasskeyRecord | undefined {
    return this.records.get(id)
  }

  list(account: string): readonly PasskeyRecord[] {
    return [...this.records.values()].filter((one) => one.account === account)
  }

  add(record: PasskeyRecord): boolean {
    if (this.records.has(record.id)) return false
    this.records.set(record.id, record)
    return true
  }

  use(id: string, before: number, counter: number, usedAt: number): boolean {
    const record = this.records.get(id)
    if (record?.counter !== before) return false
    this.records.set(id, { ...record, counter, usedAt })
    return true
  }

  remove(account: string, id: string): boolean {
    return this.records.get(id)?.account === account && this.records.delete(id)
  }
}
