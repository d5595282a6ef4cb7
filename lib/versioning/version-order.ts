import { defineError } from '../common/index.js'

/** Versions that have no order among each other. */
export const VersionOrderUnknown = defineError<{ version: string; advice: string }>(
  'CORBEL_VERSION_ORDER',
  'Whether {version} is older or newer than others cannot be told. {advice}',
)

/** A version in parts: `1.2.0-beta.1` is the numbers 1, 2 and 0, then `beta` and `1`. */
interface VersionParts {
  readonly numbers: readonly number[]
  /** What stands after the numbers: such a version comes before the one without it. */
  readonly preview: readonly string[]
}

const LONGEST = 64
const NUMBER = /^\d{1,9}$/
const WORD = /^[0-9A-Za-z]{1,32}$/

/**
 * Reads a version that consists of numbers: `2`, `v2`, `1.10`, `2024-01-31`, `1.2.0-beta.1`. What follows a `+` is left
 * out (Semantic Versioning 2.0.0, 10).
 *
 * @param text at most 64 characters, possibly from a client
 * @returns undefined for anything else
 */
export function parseVersion(text: string): VersionParts | undefined {
  if (text.length === 0 || text.length > LONGEST) return undefined
  const plus = text.indexOf('+')
  const core = (plus === -1 ? text : text.slice(0, plus)).replace(/^v/i, '')
  const parts = core.split(/[.-]/)
  const words = parts.findIndex((part) => !NUMBER.test(part))
  const numbers = (words === -1 ? parts : parts.slice(0, words)).map(Number)
  const preview = words === -1 ? [] : parts.slice(words)
  return numbers.length > 0 && preview.every((part) => WORD.test(part)) ? { numbers, preview } : undefined
}

/**
 * Compares two versions by their numbers, then by what follows them (Semantic Versioning 2.0.0, 11).
 *
 * @returns below 0 if the first is older, 0 if both mean the same, above 0 if it is newer
 */
export function compareParts(a: VersionParts, b: VersionParts): number {
  const length = Math.max(a.numbers.length, b.numbers.length)
  for (let i = 0; i < length; i++) {
    const difference = (a.numbers[i] ?? 0) - (b.numbers[i] ?? 0)
    if (difference !== 0) return difference
  }
  if (a.preview.length === 0 || b.preview.length === 0) return b.preview.length - a.preview.length
  for (let i = 0; i < Math.min(a.preview.length, b.preview.length); i++) {
    const difference = compareWords(a.preview[i]!, b.preview[i]!)
    if (difference !== 0) return difference
  }
  return a.preview.length - b.preview.length
}

function compareWords(a: string, b: string): number {
  const [first, second] = [NUMBER.test(a), NUMBER.test(b)]
  if (first && second) return Number(a) - Number(b)
  if (first !== second) return first ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}

/** Tells which of two versions of an API is newer. */
export interface VersionOrder {
  /** The versions from the oldest to the newest, if the application has listed them. */
  readonly listed: readonly string[] | undefined
  /**
   * @returns below 0 if the first is older
   * @throws {CorbelError} CORBEL_VERSION_ORDER
   */
  compare(a: string, b: string): number
}

/**
 * The order of the versions of an API.
 *
 * @param listed all versions from the oldest to the newest; undefined for versions that are numbers or dates
 */
export function versionOrder(listed: readonly string[] | undefined): VersionOrder {
  if (listed !== undefined) {
    const place = (version: string): number => {
      const index = listed.indexOf(version)
      const advice = `enableVersioning({ versions }) lists only ${listed.join(', ')}: add it, from the oldest to the newest.`
      if (index === -1) throw new VersionOrderUnknown({ version, advice })
      return index
    }
    return { listed, compare: (a, b) => place(a) - place(b) }
  }
  const known = new Map<string, VersionParts>()
  const parts = (version: string): VersionParts => {
    const found = known.get(version) ?? parseVersion(version)
    const advice =
      'It is no number or date: list all versions in enableVersioning({ versions: [oldest, …, newest] }).'
    if (found === undefined) throw new VersionOrderUnknown({ version, advice })
    known.set(version, found)
    return found
  }
  return { listed, compare: (a, b) => (a === b ? 0 : compareParts(parts(a), parts(b))) }
}
