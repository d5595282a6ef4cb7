import type { ApiChange, ChangeKind } from './change.js'
import type { ApiComparison } from './compare-documents.js'

/** How a changelog is written. */
export interface ChangelogOptions {
  /** Stands in the heading: `2026-01-31`. Default: none. */
  readonly date?: string
  /** Leaves out what is words only. Default false. */
  readonly withoutDocumentation?: boolean
}

const HEADINGS: Readonly<Record<ChangeKind, string>> = {
  breaking: 'Breaking',
  compatible: 'Compatible',
  documentation: 'Documentation',
}

/** More operations than these are counted, not named. */
const NAMED_OPERATIONS = 4

/**
 * Writes the differences of two documents as one section of an API changelog, in Markdown.
 *
 * @param comparison of `compareDocuments`
 * @param options see `ChangelogOptions`
 */
export function changelogMarkdown(comparison: ApiComparison, options: ChangelogOptions = {}): string {
  const { title, from, to, changes, isAcceptable } = comparison
  const heading = `## ${title} ${to}${options.date === undefined ? '' : `, ${options.date}`}`
  const lines = [heading, '', from === to ? 'The version is the same.' : `Since ${from}.`]
  if (changes.length === 0) lines.push('', 'Nothing has changed.')
  if (!isAcceptable) lines.push('', `**Clients break, and ${to} does not say so:** it needs a new version.`)
  for (const [kind, name] of Object.entries(HEADINGS)) {
    if (kind === 'documentation' && options.withoutDocumentation === true) continue
    const own = changes.filter((change) => change.kind === kind)
    if (own.length > 0) lines.push('', `### ${name}`, '', ...own.map(line))
  }
  return `${lines.join('\n')}\n`
}

function line({ operations, place, message }: ApiChange): string {
  const named = operations.slice(0, NAMED_OPERATIONS).map((name) => `\`${name}\``)
  const more = operations.length - named.length
  if (more > 0) named.push(`${more} more`)
  const where = [named.join(', '), escape(place)].filter((text) => text !== '').join(' · ')
  return `- ${where === '' ? '' : `${where}: `}${escape(message)}`
}

/** Names and values come from documents: they are text, whatever they look like. */
function escape(text: string): string {
  return text.replaceAll(/[\\*_[\]<>|`]/g, '\\$&').replaceAll(/\s+/g, ' ')
}
