import type { OpenApiDocument } from '../document.js'
import { same, type ApiChange, type ChangeKind, type ReportChange } from './change.js'
import { compareOperations, type ComparedDocuments } from './compare-operations.js'
import { compareSchemes, compareSecurity } from './compare-security.js'
import { isNewVersion } from './new-version.js'
import { operationsOf, outgoingOf, type FoundOperation } from './operations.js'
import { SchemaComparer } from './schema-comparer.js'

/** How documents are compared. */
export interface CompareDocumentsOptions {
  /** Takes `/v1/cats` and `/v2/cats` for one operation: for documents of two versions of an API. Default false. */
  readonly ignoreVersionsInPaths?: boolean
  /** The day by which a sunset is past; a deprecated operation may go then. Default: now. */
  readonly today?: Date
}

/** What two documents differ in. */
export interface ApiComparison {
  readonly title: string
  /** The versions, as `info.version` has them. */
  readonly from: string
  readonly to: string
  /** The gravest of all changes; `same` if there is none. */
  readonly verdict: ChangeKind | 'same'
  /** True if the new version says by its number that clients have to look: another major version, before 1.0 another minor one. */
  readonly isNewVersion: boolean
  /** False if a change breaks clients and the version does not say so. */
  readonly isAcceptable: boolean
  /** The breaking ones first, each kind in the order of operations. */
  readonly changes: readonly ApiChange[]
}

const KINDS: readonly ChangeKind[] = ['breaking', 'compatible', 'documentation']

/**
 * Compares two documents, and says what their differences mean for clients.
 *
 * @param before the old document, OpenAPI 3.0 or 3.1
 * @param after the new document
 * @param options see `CompareDocumentsOptions`
 * @example
 * const { isAcceptable, changes } = compareDocuments(released, createOpenApiDocument(app, options))
 */
export function compareDocuments(
  before: OpenApiDocument,
  after: OpenApiDocument,
  options: CompareDocumentsOptions = {},
): ApiComparison {
  const found: ApiChange[] = []
  const documents = { before, after, schemas: new SchemaComparer(before, after) }
  const reportOf =
    (operations: readonly string[]): ReportChange =>
    (kind, rule, place, message) =>
      found.push({ kind, rule, operations, place, message })
  compareSurroundings(before, after, reportOf([]))
  const ignore = options.ignoreVersionsInPaths
  compareAll(operationsOf(before, ignore), operationsOf(after, ignore), documents, reportOf, options.today)
  compareOutgoing(outgoingOf(before), outgoingOf(after), documents, reportOf)
  found.push(...documents.schemas.changes())
  const changes = KINDS.flatMap((kind) => found.filter((change) => change.kind === kind))
  const isNew = isNewVersion(before.info.version, after.info.version)
  const verdict = changes[0]?.kind ?? 'same'
  return {
    title: after.info.title,
    from: before.info.version,
    to: after.info.version,
    verdict,
    isNewVersion: isNew,
    isAcceptable: verdict !== 'breaking' || isNew,
    changes,
  }
}

function compareSurroundings(before: OpenApiDocument, after: OpenApiDocument, report: ReportChange): void {
  const { version: _, ...words } = before.info
  const { version: __, ...otherWords } = after.info
  if (!same(words, otherWords))
    report('documentation', 'words-changed', 'info', 'The description of the API is another.')
  if (!same(before.tags, after.tags)) report('documentation', 'words-changed', 'tags', 'The tags are others.')
  const urls = ({ servers = [] }: OpenApiDocument): string[] => servers.map(({ url }) => url)
  const [old, now] = [urls(before), urls(after)]
  for (const url of old.filter((one) => !now.includes(one)))
    report('breaking', 'server-removed', 'servers', `${url} is gone.`)
  for (const url of now.filter((one) => !old.includes(one)))
    report('compatible', 'server-added', 'servers', `${url} is new.`)
  compareSchemes(before, after, report)
}

function compareAll(
  before: ReadonlyMap<string, FoundOperation>,
  after: ReadonlyMap<string, FoundOperation>,
  documents: ComparedDocuments,
  reportOf: (operations: readonly string[]) => ReportChange,
  today = new Date(),
): void {
  for (const [key, old] of before) {
    const report = reportOf([old.name])
    const now = after.get(key)
    if (now === undefined) reportRemoval(old, report, today)
    else {
      compareOperations(old, now, documents, report)
      compareSecurity(
        { operation: old.operation, document: documents.before },
        { operation: now.operation, document: documents.after },
        report,
      )
    }
  }
  for (const [key, { name }] of after)
    if (!before.has(key)) reportOf([name])('compatible', 'operation-added', '', 'The operation is new.')
}

/** What was announced to end may end. */
function reportRemoval({ operation }: FoundOperation, report: ReportChange, today: Date): void {
  const sunset = operation.deprecated === true ? operation['x-sunset'] : undefined
  if (typeof sunset === 'string' && Date.parse(sunset) <= today.getTime())
    report(
      'compatible',
      'operation-sunset',
      '',
      `The operation is gone, as announced for ${sunset.slice(0, 10)}.`,
    )
  else report('breaking', 'operation-removed', '', 'The operation is gone.')
}

function compareOutgoing(
  before: ReadonlyMap<string, FoundOperation>,
  after: ReadonlyMap<string, FoundOperation>,
  documents: ComparedDocuments,
  reportOf: (operations: readonly string[]) => ReportChange,
): void {
  for (const [key, old] of before) {
    const report = reportOf([old.name])
    const now = after.get(key)
    if (now === undefined) report('breaking', 'outgoing-removed', '', 'The API makes this request no more.')
    else compareOperations(old, now, documents, report, true)
  }
  for (const [key, { name }] of after)
    if (!before.has(key))
      reportOf([name])('compatible', 'outgoing-added', '', 'The API makes this request now.')
}
