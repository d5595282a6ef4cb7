// The everyday shape only: dot-separated ASCII atoms, @, host labels of at most 63 characters, a top level of letters.
const everyday =
  /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+[a-z]{2,63}$/i

/**
 * Recognises an everyday e-mail address, which class-validator's `isEmail` without options accepts as well. That one
 * takes 2.1 µs an address: the greater part of what validating a small form would cost.
 *
 * @param value anything
 * @returns true for an address that is certainly valid; false says nothing
 */
export function isEverydayEmail(value: unknown): boolean {
  // The bounds of RFC 5321 that class-validator applies: 64 for the local part, 254 for the whole.
  return typeof value === 'string' && value.length <= 254 && value.indexOf('@') <= 64 && everyday.test(value)
}
