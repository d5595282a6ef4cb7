import type { OpenApiDocument } from '../document.js'
import { compareDocuments, type CompareDocumentsOptions } from './compare-documents.js'
import type { ChangeKind } from './change.js'
import { operationsOf } from './operations.js'

/** A document with the name that it has in a table. */
export interface NamedDocument {
  readonly name: string
  readonly document: OpenApiDocument
}

/** What one version has of an operation, against the version to its left. */
export type OperationState = 'absent' | 'new' | 'same' | ChangeKind

/** One operation in all versions. */
export interface OperationHistory {
  /** `GET /cats/{id}` */
  readonly operation: string
  /** One for each document. */
  readonly versions: readonly { readonly state: OperationState; readonly deprecated: boolean }[]
}

/**
 * Puts versions of an API side by side: which has which operation, and where it changed.
 *
 * @param documents the oldest first
 * @param options as for `compareDocuments`
 */
export function compareVersions(
  documents: readonly NamedDocument[],
  options: CompareDocumentsOptions = {},
): readonly OperationHistory[] {
  const found = documents.map(({ document }) => operationsOf(document, options.ignoreVersionsInPaths))
  const changes = documents.map(({ document }, index) =>
    index === 0 ? undefined : gravest(documents[index - 1]!.document, document, options),
  )
  const keys = new Set(found.flatMap((operations) => [...operations.keys()]))
  return [...keys].map((key) => {
    const versions = found.map((operations, index) => {
      const own = operations.get(key)
      if (own === undefined) return { state: 'absent' as const, deprecated: false }
      const earlier = index === 0 ? undefined : found[index - 1]!.get(key)
      const state: OperationState =
        earlier !== undefined ? (changes[index]?.get(earlier.name) ?? 'same') : index === 0 ? 'same' : 'new'
      return { state, deprecated: own.operation.deprecated === true }
    })
    const latest = found.findLast((operations) => operations.has(key))!.get(key)!
    return { operation: latest.name, versions }
  })
}

/** The gravest change of each operation that has one. */
function gravest(
  before: OpenApiDocument,
  after: OpenApiDocument,
  options: CompareDocumentsOptions,
): ReadonlyMap<string, ChangeKind> {
  const kinds = new Map<string, ChangeKind>()
  // the gravest come first
  for (const { kind, operations } of compareDocuments(before, after, options).changes)
    for (const name of operations) if (!kinds.has(name)) kinds.set(name, kind)
  return kinds
}

const SAID: Readonly<Record<OperationState, string>> = {
  absent: '–',
  new: 'new',
  same: 'yes',
  breaking: 'changed, breaking',
  compatible: 'changed, compatible',
  documentation: 'yes, other words',
}

/**
 * Writes versions side by side as a table, in Markdown.
 *
 * @param documents the oldest first
 * @param options as for `compareDocuments`
 */
export function versionsMarkdown(
  documents: readonly NamedDocument[],
  options: CompareDocumentsOptions = {},
): string {
  const names = documents.map(({ name }) => name.replaceAll('|', '\\|'))
  const rows = compareVersions(documents, options).map(({ operation, versions }) => {
    const cells = versions.map(
      ({ state, deprecated }) => `${SAID[state]}${deprecated ? ' (deprecated)' : ''}`,
    )
    return `| \`${operation}\` | ${cells.join(' | ')} |`
  })
  const head = [`| operation | ${names.join(' | ')} |`, `| --- |${' --- |'.repeat(names.length)}`]
  return `${[...head, ...rows].join('\n')}\n`
}
