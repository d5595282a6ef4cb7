/** How urgent an answer is, and whether parts of it are of use (RFC 9218 §4). */
export interface Priority {
  /** 0, the most urgent, to 7. */
  readonly urgency: number
  readonly incremental: boolean
}

/** Where nothing else is said (RFC 9218 §4). */
export const DEFAULT_PRIORITY: Priority = { urgency: 3, incremental: false }

// the grammar of RFC 8941 §3: everything has one way to be read, so that no value takes longer than its length
const KEY = String.raw`[a-z*][a-z0-9_\-.*]*`
const BARE_ITEM = [
  String.raw`-?\d{1,12}\.\d{1,3}(?!\d)`,
  String.raw`-?\d{1,15}(?![\d.])`,
  String.raw`"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"`,
  String.raw`[A-Za-z*][!#$%&'*+\-.^_|~0-9A-Za-z:/${'`'}]*`,
  ':[A-Za-z0-9+/]*={0,2}:',
  String.raw`\?[01]`,
].join('|')
const PARAMETERS = `(?:; *${KEY}(?:=(?:${BARE_ITEM}))?)*`
const INNER_LIST = String.raw`\( *(?:(?:${BARE_ITEM})${PARAMETERS}(?: +|(?=\))))*\)`
const MEMBER = new RegExp(`(${KEY})(?:=(${BARE_ITEM}|${INNER_LIST}))?${PARAMETERS}`, 'y')
const SEPARATOR = /[ \t]*,[ \t]*/y

/** What browsers send: no need to read it again and again. */
const USUAL: ReadonlyMap<string, Priority> = new Map(
  [0, 1, 2, 3, 4, 5, 6, 7].flatMap((urgency): [string, Priority][] => [
    [`u=${urgency}`, { urgency, incremental: false }],
    [`u=${urgency}, i`, { urgency, incremental: true }],
  ]),
)

/**
 * Reads the value of a Priority field. Members that are not understood are ignored, and so is a value that is no
 * dictionary, as a whole (RFC 8941 §4.2).
 *
 * @param value a dictionary of RFC 8941 §3.2: `u=1, i`
 * @see RFC 9218 §4, §5
 */
export function parsePriority(value: string): Priority {
  const usual = USUAL.get(value)
  if (usual !== undefined) return usual
  const text = value.replace(/^ +/, '').trimEnd()
  let { urgency, incremental } = DEFAULT_PRIORITY
  for (let at = 0; at < text.length;) {
    const member = match(MEMBER, text, at)
    if (member === undefined) return DEFAULT_PRIORITY
    const [whole, key, given] = member
    // of a key that comes twice, the last one counts, and that may be one that says nothing
    if (key === 'u') urgency = urgencyOf(given)
    else if (key === 'i') incremental = given === undefined || given === '?1'
    at += whole.length
    if (at === text.length) break
    const separator = match(SEPARATOR, text, at)
    if (separator === undefined || at + separator[0].length === text.length) return DEFAULT_PRIORITY
    at += separator[0].length
  }
  return { urgency, incremental }
}

function urgencyOf(given: string | undefined): number {
  const urgency = given !== undefined && /^-?\d+$/.test(given) ? Number(given) : NaN
  return urgency >= 0 && urgency <= 7 ? Math.abs(urgency) : DEFAULT_PRIORITY.urgency
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at
  return pattern.exec(text) ?? undefined
}
