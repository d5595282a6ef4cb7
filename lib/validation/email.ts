const HYPHEN = 45
const DOT = 46
const AT = 64

/** What may stand where: in the local part, in a host label, in a top level. */
const ATOM = 1
const HOST = 2
const LETTER = 4

const KINDS = new Uint8Array(128)
for (let code = 0; code < 128; code++) {
  const character = String.fromCharCode(code)
  if (/[\w!#$%&'*+/=?^`{|}~-]/.test(character)) KINDS[code]! |= ATOM
  if (/[a-z\d-]/i.test(character)) KINDS[code]! |= HOST
  if (/[a-z]/i.test(character)) KINDS[code]! |= LETTER
}

/**
 * Recognises an everyday e-mail address, which class-validator's `isEmail` without options accepts as well: dot-separated
 * ASCII atoms, `@`, host labels of at most 63 characters, and a top level of letters. The library's is the greater part of
 * what validating a small form would cost.
 *
 * @param value anything
 * @returns true for an address that is certainly valid; false says nothing
 */
export function isEverydayEmail(value: unknown): boolean {
  // RFC 5321 §4.5.3.1 as class-validator applies it: 64 for the local part, 254 for the whole
  if (typeof value !== 'string' || value.length > 254) return false
  const host = endOfLocalPart(value) + 1
  return host > 1 && host <= 65 && isHost(value, host)
}

/** @returns where the `@` is, or -1 */
function endOfLocalPart(text: string): number {
  let previous = DOT
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === AT) return previous === DOT ? -1 : i
    if (code === DOT ? previous === DOT : (KINDS[code]! & ATOM) === 0) return -1
    previous = code
  }
  return -1
}

function isHost(text: string, start: number): boolean {
  let label = start
  let kinds = LETTER
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === DOT) {
      if (!isLabel(text, label, i)) return false
      label = i + 1
      kinds = LETTER
      continue
    }
    const kind = KINDS[code]!
    if ((kind & HOST) === 0) return false
    kinds &= kind
  }
  return label > start && kinds === LETTER && text.length - label >= 2 && text.length - label <= 63
}

function isLabel(text: string, start: number, end: number): boolean {
  return (
    end > start &&
    end - start <= 63 &&
    text.charCodeAt(start) !== HYPHEN &&
    text.charCodeAt(end - 1) !== HYPHEN
  )
}
