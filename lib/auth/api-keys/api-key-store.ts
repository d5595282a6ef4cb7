import type { MaybePromise } from '../../common/index.js'

/** One key as it is stored. */
export interface ApiKeyRecord {
  readonly id: string
  readonly subject: string
  /** Of the secret. */
  readonly hash: string
  readonly name?: string
  readonly scopes?: readonly string[]
  readonly tenant?: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** Milliseconds since 1970; never, if undefined. */
  readonly expiresAt?: number
}

/** Keeps keys: a table with the members of `ApiKeyRecord` for columns. */
export interface ApiKeyStore {
  /** Adds a key, or replaces the one of its id. */
  save(record: ApiKeyRecord): MaybePromise<void>
  find(id: string): MaybePromise<ApiKeyRecord | undefined>
  delete(id: string): MaybePromise<void>
}

/** Keys in the memory of one process: for development and tests. */
export class MemoryApiKeyStore implements ApiKeyStore {
  private readonly records = new Map<string, ApiKeyRecord>()

  save(record: ApiKeyRecord): void {
    this.records.set(record.id, structuredClone(record))
  }

  find(id: string): ApiKeyRecord | undefined {
    return structuredClone(this.records.get(id))
  }

  delete(id: string): void {
    this.records.delete(id)
  }
}
