import { randomBytes, randomInt } from 'node:crypto'

/** Digits and letters that nobody takes for each other: no 0, O, 1, I, L. */
export const READABLE = '23456789ABCDEFGHJKMNPQRSTUVWXYZ'

/**
 * An id that nobody guesses.
 *
 * @param bytes of randomness, 16 (128 bits) by default
 * @returns base64url: 22 characters for 16 bytes
 */
export function randomId(bytes = 16): string {
  return randomBytes(bytes).toString('base64url')
}

/**
 * A text of random characters, each of them as likely as the others.
 *
 * @param length in characters
 * @param alphabet at least two characters. Default `READABLE`
 * @throws {RangeError} for an alphabet without a choice
 */
export function randomText(length: number, alphabet: string = READABLE): string {
  const characters = Array.from(alphabet)
  if (characters.length < 2) throw new RangeError('An alphabet has two characters at least.')
  return Array.from({ length }, () => characters[randomInt(characters.length)]!).join('')
}
