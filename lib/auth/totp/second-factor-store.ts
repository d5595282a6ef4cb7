import type { MaybePromise } from '../../common/index.js'

/** The second factor of one account. */
export interface SecondFactorRecord {
  /** Base32. Whoever reads it can make codes: encrypt it where it is stored. */
  readonly secret: string
  /** Whether its owner has shown that his device has it. */
  readonly confirmed: boolean
  /** The step of the last code that was accepted: it and earlier ones are worth nothing any more. */
  readonly lastStep: number
  /** Digests of the recovery codes that are left. */
  readonly recovery: readonly string[]
  /** Counts its changes, beginning with 1. */
  readonly version: number
}

/** Keeps second factors: a table with the members of `SecondFactorRecord` for columns. */
export interface SecondFactorStore {
  /** @param account the id of the account */
  find(account: string): MaybePromise<SecondFactorRecord | undefined>
  /**
   * Replaces a record in one step if its version is still the one before; version 1 replaces whatever is there.
   * `UPDATE … WHERE account = :account AND version = :version - 1`
   *
   * @returns false if somebody else has changed it: then nothing has changed
   */
  save(account: string, record: SecondFactorRecord): MaybePromise<boolean>
  delete(account: string): MaybePromise<void>
}

/** Second factors in the memory of one process: for development and tests. */
export class MemorySecondFactorStore implements SecondFactorStore {
  private readonly records = new Map<string, SecondFactorRecord>()

  find(account: string): SecondFactorRecord | undefined {
    return structuredClone(this.records.get(account))
  }

  save(account: string, record: SecondFactorRecord): boolean {
    const known = this.records.get(account)
    if (record.version !== 1 && known?.version !== record.version - 1) return false
    this.records.set(account, structuredClone(record))
    return true
  }

  delete(account: string): void {
    this.records.delete(account)
  }
}
