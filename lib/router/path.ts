const SLASH = 47
const DOT = 46
const PERCENT = 37
const BACKSLASH = 92
// noncharacters of Unicode, never meant for interchange (Unicode §23.7): they stand for / % \ in decoded text
const SHIELDS = '\uFDD0\uFDD1\uFDD2'
const SHIELDED = /[\uFDD0-\uFDD2]/
const FIRST_SHIELD = 0xfdd0
const LAST_SHIELD = 0xfdd2
/** What makes it necessary to look at a decoded segment more closely. */
const SPECIAL = /[\0./%\\\uFDD0-\uFDD2]/

/**
 * Brings a path into the one form that all spellings of it share, for comparisons outside the route table.
 *
 * Escapes are decoded except those of `/` and `%`, which stay `%2F` and `%25`: so segments can still be told apart,
 * and normalising twice changes nothing. The route table gives the same answer for a path and its normal form. A
 * trailing slash stays, since only the reader's options say whether it counts.
 *
 * @param path raw path of a request target, without query
 * @returns the normal form; undefined where the route table says `malformed`
 */
export function normalisePath(path: string): string | undefined {
  return rewrite(path, (segment) => segment.replaceAll('%', '%25').replaceAll('/', '%2F'))
}

/**
 * Brings a path into the form that the matcher walks: decoded and shielded.
 *
 * @param path raw path of a request target, without query
 * @returns the text; undefined if the path is malformed
 */
export function decodedPath(path: string): string | undefined {
  return rewrite(path, shield)
}

/**
 * Replaces, in decoded text, the characters that mean something in a path by noncharacters, so that the text can be
 * walked like a path and a raw path never equals it by accident. Paths that hold these noncharacters are malformed.
 *
 * @param segment decoded
 * @returns text of the same length
 */
export function shield(segment: string): string {
  return /[/%\\]/.test(segment)
    ? segment.replace(/[/%\\]/g, (unit) => SHIELDS['/%\\'.indexOf(unit)]!)
    : segment
}

/**
 * Tells whether text holds what `shield` puts in.
 *
 * @param text decoded
 */
export function isShielded(text: string): boolean {
  return SHIELDED.test(text)
}

/**
 * Undoes `shield`.
 *
 * @param text shielded
 */
export function unshield(text: string): string {
  return isShielded(text) ? text.replace(/[\uFDD0-\uFDD2]/g, (unit) => '/%\\'[SHIELDS.indexOf(unit)]!) : text
}

/**
 * Undoes `shield` for a single character.
 *
 * @param unit UTF-16 code unit of shielded text
 */
export function unshieldUnit(unit: number): number {
  return isShield(unit) ? '/%\\'.charCodeAt(unit - FIRST_SHIELD) : unit
}

function isShield(unit: number): boolean {
  return unit >= FIRST_SHIELD && unit <= LAST_SHIELD
}

/**
 * Tells whether a raw path holds nothing from some place on that has to be decoded or checked.
 *
 * @param path raw path
 * @param from index to begin at; what stands before is known to be plain
 */
export function isPlain(path: string, from: number): boolean {
  return firstUnusual(path, from) < 0
}

function firstUnusual(path: string, from: number): number {
  for (let at = from; at < path.length; at += 1) {
    const unit = path.charCodeAt(at)
    if (unit > SLASH && unit !== BACKSLASH && unit < FIRST_SHIELD) continue
    if (unit === PERCENT || unit === BACKSLASH || unit === 0 || isShield(unit)) return at
    if ((unit === SLASH || unit === DOT) && path.charCodeAt(at - 1) === SLASH) return at
  }
  return -1
}

/**
 * Tells whether a decoded segment could climb when it becomes part of a file name, or cut one short.
 *
 * @param segment decoded; may hold slashes and backslashes that were escaped
 * @returns true if it holds NUL, a noncharacter that `shield` uses, or a piece `.` or `..`
 */
export function isUnsafeSegment(segment: string): boolean {
  if (segment.includes('\0') || SHIELDED.test(segment)) return true
  if (!segment.includes('.')) return false
  if (segment === '.' || segment === '..') return true
  if (!segment.includes('/') && !segment.includes('\\')) return false
  return segment.split(/[/\\]/).some((piece) => piece === '.' || piece === '..')
}

/**
 * Folds the case of a text for comparisons, without changing its length.
 *
 * @param text any
 * @returns the text in lower case; characters whose lower case is longer stay, so that indices fit both texts
 */
export function foldCase(text: string): string {
  const folded = text.toLowerCase()
  if (folded.length === text.length) return folded
  return Array.from(text, (character) => {
    const lower = character.toLowerCase()
    return lower.length === character.length ? lower : character
  }).join('')
}

/**
 * Finds the end of a segment: by native search, which is the faster way from some ten characters on.
 *
 * @param path any form of it
 * @param from index in the segment
 * @param end of what is looked at
 */
export function slashFrom(path: string, from: number, end: number): number {
  const slash = path.indexOf('/', from)
  return slash < 0 || slash > end ? end : slash
}

/**
 * Tells whether a part of a path holds a character.
 *
 * @param path any form of it
 * @param character one UTF-16 unit
 * @param from index of the part's beginning
 * @param end index behind the part
 */
export function holds(path: string, character: string, from: number, end: number): boolean {
  const at = path.indexOf(character, from)
  return at >= 0 && at < end
}

/**
 * Decodes the value of a parameter.
 *
 * @param segment raw, without slash
 * @returns the text; undefined if its escapes are malformed or hide what no segment may hold
 */
export function decodeValue(segment: string): string | undefined {
  const text = decodeSegment(segment)
  return text !== undefined && SPECIAL.test(text) && isUnsafeSegment(text) ? undefined : text
}

function decodeSegment(segment: string): string | undefined {
  let text = ''
  let from = 0
  for (let at = segment.indexOf('%'); at >= 0; at = segment.indexOf('%', from)) {
    const unit = hexDigit(segment.charCodeAt(at + 1)) * 16 + hexDigit(segment.charCodeAt(at + 2))
    // the native function knows UTF-8 and all that is malformed, but costs more than all the rest of a match
    if (!(unit < 128)) return decodeNatively(segment)
    text += segment.slice(from, at) + String.fromCharCode(unit)
    from = at + 3
  }
  return from === 0 ? segment : text + segment.slice(from)
}

function hexDigit(unit: number): number {
  if (unit >= 48 && unit <= 57) return unit - 48
  const lower = unit | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : NaN
}

function decodeNatively(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}

/**
 * Writes a path anew from its decoded segments, safely: first split, then decode, so that `%2F` never makes a segment
 * boundary.
 *
 * Repeated slashes count as one: servers and file systems agree on that, and refusing them would only annoy. Dot
 * segments are **refused**, not resolved: honest clients remove them before they send (RFC 3986 §5.2.4, also as `%2e`
 * in the URL Standard), so one that arrives is a mistake or an attempt to reach a path that a proxy in front did not
 * see, since not all of them resolve alike. Malformed are also a path without its first slash, an escape that is not
 * UTF-8 (RFC 3986 §2.1, §2.5), and NUL.
 */
function rewrite(path: string, write: (segment: string) => string): string | undefined {
  if (path.charCodeAt(0) !== SLASH) return undefined
  const unusual = firstUnusual(path, 1)
  if (unusual < 0) return path
  let slash = path.lastIndexOf('/', unusual - 1)
  let written = path.slice(0, slash)
  while (slash < path.length) {
    const start = slash + 1
    const next = path.indexOf('/', start)
    slash = next < 0 ? path.length : next
    if (slash === start) continue
    const segment = decodeSegment(path.slice(start, slash))
    if (segment === undefined) return undefined
    if (!SPECIAL.test(segment)) written += `/${segment}`
    else if (isUnsafeSegment(segment)) return undefined
    else written += `/${write(segment)}`
  }
  return path.endsWith('/') || written === '' ? `${written}/` : written
}
