import { createHmac } from 'node:crypto'
import type { Encryption } from './encryption.js'
import { deriveKey, type KeyRing } from './key-ring.js'

/** What TypeORM calls a value transformer. */
export interface FieldTransformer<Value> {
  to(value: Value | null | undefined): string | null | undefined
  from(value: string | null | undefined): Value | null | undefined
}

/**
 * Encrypts a column of an entity, whatever JSON has: in the database there is text, in the entity the value.
 *
 * @param encryption of the application; as a function, where it is known only later than the entity
 * @param context what the column is: `user.iban`. A value that was copied to another column cannot be read there
 * @example
 * @Column({ type: 'text', transformer: encryptedField(() => encryption, 'user.iban') }) iban: string
 */
export function encryptedField<Value = string>(
  encryption: Encryption | (() => Encryption),
  context: string,
): FieldTransformer<Value> {
  const cipher = (): Encryption => (typeof encryption === 'function' ? encryption() : encryption)
  return {
    // conditions of queries have operators and so on: nothing encrypted can be looked for, see `blindIndex`
    to(value) {
      if (value === undefined) return undefined
      return value === null ? null : cipher().encrypt(JSON.stringify(value), context)
    },
    from: (text) =>
      text === null || text === undefined ? text : (JSON.parse(cipher().decrypt(text, context)) as Value),
  }
}

/**
 * What an encrypted value can be looked for by: the same text for the same value, from which nobody without the key gets it back. Keep
 * it in a column beside; it tells which rows have the same value.
 *
 * @param keys of the application: the first one counts, so that a new key needs new indexes
 * @param value to look for, normalised: `email.toLowerCase()`
 * @param context what the column is: `user.email`
 */
export function blindIndex(keys: KeyRing, value: string, context: string): string {
  return createHmac('sha256', deriveKey(keys.current, `blind index ${context}`))
    .update(value)
    .digest('base64url')
}
