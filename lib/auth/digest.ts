import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * The SHA-256 of a text in base64url: what is stored in the place of a secret that is random and long. Passwords are not;
 * `PasswordHasher` is for them.
 *
 * @param text the secret
 */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

/**
 * Compares two digests in a time that does not depend on where they differ.
 */
export function sameDigest(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/**
 * A secret that nobody guesses.
 *
 * @param bytes of randomness. Default 32
 * @returns base64url
 */
export function randomSecret(bytes = 32): string {
  return randomBytes(bytes).toString('base64url')
}
