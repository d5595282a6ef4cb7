import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** Of the process: nobody knows which digests are compared. */
const KEY = randomBytes(32)

/**
 * Compares two secrets in a time that tells neither where they differ nor, beyond what hashing them takes, how long they are.
 *
 * @param one text (as UTF-8) or bytes
 * @param other text (as UTF-8) or bytes
 */
export function safeEqual(one: string | Uint8Array, other: string | Uint8Array): boolean {
  return timingSafeEqual(digestOf(one), digestOf(other))
}

function digestOf(value: string | Uint8Array): Buffer {
  return createHmac('sha256', KEY).update(value).digest()
}
