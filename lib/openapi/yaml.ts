/** Text that YAML reads as itself without quotes: it is no number, boolean, null, date or anything with a mark in it. */
const PLAIN = /^[A-Za-z_$/][\w $/.-]*$/
const RESERVED = /^(?:y|n|yes|no|on|off|true|false|null|~|\.nan|[-+]?\.inf)$/i

/**
 * Writes data as YAML 1.2 (block style).
 *
 * @param value what JSON can say: objects, lists, text, numbers, booleans, null
 * @see https://yaml.org/spec/1.2.2/
 */
export function toYaml(value: unknown): string {
  const lines: string[] = []
  write(value, '', '', lines)
  return `${lines.join('\n')}\n`
}

/** @param lead what stands in front of the first line: `key:` or `-`, with its indentation */
function write(value: unknown, indent: string, lead: string, lines: string[]): void {
  const entries = entriesOf(value)
  if (entries === undefined || entries.length === 0) {
    const text = entries === undefined ? scalar(value) : Array.isArray(value) ? '[]' : '{}'
    lines.push(lead === '' ? text : `${lead} ${text}`)
    return
  }
  if (lead !== '') lines.push(lead)
  const inner = lead === '' ? indent : `${indent}  `
  for (const [key, item] of entries) {
    write(item, inner, `${inner}${key === undefined ? '-' : `${textOf(key)}:`}`, lines)
  }
}

function entriesOf(value: unknown): readonly (readonly [string | undefined, unknown])[] | undefined {
  if (Array.isArray(value)) return value.map((item) => [undefined, item] as const)
  if (typeof value !== 'object' || value === null) return undefined
  return Object.entries(value).filter(([, item]) => item !== undefined)
}

function scalar(value: unknown): string {
  return typeof value === 'string' ? textOf(value) : JSON.stringify(value ?? null)
}

/** What JSON quotes, YAML reads, too. */
function textOf(text: string): string {
  return PLAIN.test(text) && !RESERVED.test(text) && !text.endsWith(' ') ? text : JSON.stringify(text)
}
