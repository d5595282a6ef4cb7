import type {
  HeaderObject,
  MediaTypeObject,
  OpenApiDocument,
  ReferenceObject,
  RequestBodyObject,
  ResponseObject,
} from '../document.js'
import { narrowing, same, widening, within, type FlowDirection, type ReportChange } from './change.js'
import { compareParameters } from './compare-parameters.js'
import { dereference } from './flatten-schema.js'
import type { FoundOperation } from './operations.js'
import type { SchemaComparer, SchemaPlace } from './schema-comparer.js'

/** What operations are compared with. */
export interface ComparedDocuments {
  readonly before: OpenApiDocument
  readonly after: OpenApiDocument
  readonly schemas: SchemaComparer
}

/**
 * Compares one operation of two documents.
 *
 * @param before the old one
 * @param after the new one
 * @param documents that they belong to
 * @param report is told of differences
 * @param outgoing true for webhooks and callbacks: there the API sends requests, and takes responses
 */
export function compareOperations(
  before: FoundOperation,
  after: FoundOperation,
  documents: ComparedDocuments,
  report: ReportChange,
  outgoing = false,
): void {
  const at = (direction: FlowDirection): SchemaPlace => ({
    direction: outgoing ? (direction === 'request' ? 'response' : 'request') : direction,
    operation: before.name,
    report,
  })
  compareWords(before, after, report)
  compareParameters(before, after, documents, at('request'))
  compareBodies(before, after, documents, at('request'))
  compareResponses(before, after, documents, at('response'))
}

const WORDS = ['summary', 'description', 'tags', 'externalDocs'] as const

function compareWords(
  { operation: before }: FoundOperation,
  { operation: after }: FoundOperation,
  report: ReportChange,
): void {
  for (const word of WORDS)
    if (!same(before[word], after[word]))
      report(
        'documentation',
        'words-changed',
        '',
        `The ${word} ${word.endsWith('s') ? 'are others' : 'is another'}.`,
      )
  if (before.operationId !== after.operationId) {
    const message = `The operationId ${before.operationId ?? 'nothing'} became ${after.operationId ?? 'nothing'}: generated clients name the call differently.`
    report('compatible', 'operation-id-changed', '', message)
  }
  if (before.deprecated !== true && after.deprecated === true) {
    const sunset = after['x-sunset']
    const until = typeof sunset === 'string' ? ` and goes on ${sunset.slice(0, 10)}` : ''
    report('compatible', 'deprecated', '', `The operation is deprecated${until}.`)
  }
  if (before.deprecated === true && after.deprecated !== true)
    report('compatible', 'deprecation-lifted', '', 'The operation is not deprecated any more.')
}

function compareBodies(
  before: FoundOperation,
  after: FoundOperation,
  documents: ComparedDocuments,
  at: SchemaPlace,
): void {
  const [old, now] = [before.operation.requestBody, after.operation.requestBody]
  const place = 'request body'
  if (old === undefined && now === undefined) return
  const [oldBody, nowBody] = [
    dereference(documents.before, old as RequestBodyObject | undefined),
    dereference(documents.after, now as RequestBodyObject | undefined),
  ]
  const [wasNeeded, isNeeded] = [oldBody.required === true, nowBody.required === true]
  if (old === undefined) {
    const kind = isNeeded ? narrowing(at.direction) : 'compatible'
    return at.report(
      kind,
      'body-added',
      place,
      `There is a body now${isNeeded ? ', which is required' : ''}.`,
    )
  }
  if (now === undefined) return at.report('breaking', 'body-removed', place, 'No body is taken any more.')
  if (!wasNeeded && isNeeded)
    at.report(narrowing(at.direction), 'body-required', place, 'It is required now.')
  if (wasNeeded && !isNeeded)
    at.report(widening(at.direction), 'body-optional', place, 'It may be left out now.')
  if (oldBody.description !== nowBody.description)
    at.report('documentation', 'words-changed', place, 'The description is another.')
  compareContent(oldBody.content, nowBody.content, documents, at, place)
}

function compareResponses(
  before: FoundOperation,
  after: FoundOperation,
  documents: ComparedDocuments,
  at: SchemaPlace,
): void {
  const [old, now] = [before.operation.responses ?? {}, after.operation.responses ?? {}]
  for (const status of new Set([...Object.keys(old), ...Object.keys(now)])) {
    const place = `response ${status}`
    if (old[status] === undefined) at.report('compatible', 'response-added', place, 'The status is new.')
    else if (now[status] === undefined) {
      // who waits for success waits for nothing; nobody misses an error
      const kind = /^[23]/.test(status) ? 'breaking' : 'compatible'
      at.report(kind, 'response-removed', place, 'The status is gone.')
    } else {
      const [first, second] = [
        dereference(documents.before, old[status] as ResponseObject),
        dereference(documents.after, now[status] as ResponseObject),
      ]
      if (first.description !== second.description)
        at.report('documentation', 'words-changed', place, 'The description is another.')
      if (!same(first.links, second.links))
        at.report('documentation', 'links-changed', place, 'The links are others.')
      compareHeaders(first, second, documents, at, place)
      compareContent(first.content, second.content, documents, at, place)
    }
  }
}

function compareHeaders(
  before: ResponseObject,
  after: ResponseObject,
  documents: ComparedDocuments,
  at: SchemaPlace,
  place: string,
): void {
  const [old, now] = [lowerCase(before.headers), lowerCase(after.headers)]
  for (const [key, { name, header }] of old) {
    const own = within(place, `header ${name}`)
    const other = now.get(key)
    if (other === undefined) at.report('breaking', 'header-removed', own, 'The header is gone.')
    else {
      const [first, second] = [
        dereference<HeaderObject>(documents.before, header),
        dereference<HeaderObject>(documents.after, other.header),
      ]
      if (first.required === true && second.required !== true)
        at.report('breaking', 'header-optional', own, 'The header may be missing now.')
      documents.schemas.compare(first.schema, second.schema, at, own)
    }
  }
  for (const [key, { name }] of now)
    if (!old.has(key))
      at.report('compatible', 'header-added', within(place, `header ${name}`), 'The header is new.')
}

function lowerCase(
  headers: ResponseObject['headers'] = {},
): Map<string, { readonly name: string; readonly header: HeaderObject | ReferenceObject }> {
  const entries = Object.entries(headers)
  return new Map(entries.map(([name, header]) => [name.toLowerCase(), { name, header }]))
}

function compareContent(
  before: Readonly<Record<string, MediaTypeObject>> = {},
  after: Readonly<Record<string, MediaTypeObject>> = {},
  { schemas }: ComparedDocuments,
  at: SchemaPlace,
  place: string,
): void {
  const [old, now] = [Object.keys(before), Object.keys(after)]
  for (const type of old) {
    const own = old.length > 1 || now.length > 1 ? within(place, type) : place
    if (after[type] === undefined) at.report('breaking', 'media-type-removed', own, `${type} is gone.`)
    else {
      schemas.compare(before[type]?.schema, after[type].schema, at, own)
      const examples = ({ example, examples: all }: MediaTypeObject): unknown => [example, all]
      if (!same(examples(before[type]!), examples(after[type])))
        at.report('documentation', 'words-changed', own, 'The examples are others.')
    }
  }
  for (const type of now)
    if (before[type] === undefined) at.report('compatible', 'media-type-added', place, `${type} is new.`)
}
