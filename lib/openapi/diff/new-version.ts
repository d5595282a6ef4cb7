/**
 * Tells whether a version says that clients have to look: the first number is larger (before 1.0 the second one, Semantic
 * Versioning 2.0.0, 4 and 8), the date is later, or the name is another.
 *
 * @param before the old version, `1.4.0`, `2024-01-31`, `beta`
 * @param after the new version
 */
export function isNewVersion(before: string, after: string): boolean {
  const [old, now] = [numbersOf(before), numbersOf(after)]
  if (old === undefined || now === undefined) return before !== after
  const depth = DATE.test(before) && DATE.test(after) ? 3 : old[0] === 0 && now[0] === 0 ? 2 : 1
  for (let i = 0; i < depth; i++) {
    const difference = (now[i] ?? 0) - (old[i] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return false
}

const DATE = /^\d{4}-\d{2}(-\d{2})?$/
const NUMBERS = /^v?\d+([.-]\d+)*(?=$|[-+.])/i

function numbersOf(version: string): readonly number[] | undefined {
  const [text] = NUMBERS.exec(version) ?? []
  return text?.replace(/^v/i, '').split(/[.-]/).map(Number)
}
