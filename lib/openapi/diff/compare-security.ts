import type { OpenApiDocument, OperationObject, SecurityRequirement } from '../document.js'
import { same, type ReportChange } from './change.js'

/**
 * Compares what a call has to bring along: whoever was let in has to be let in still.
 *
 * @param before the old operation, with its document
 * @param after the new operation, with its document
 * @param report is told of differences
 */
export function compareSecurity(
  before: { readonly operation: OperationObject; readonly document: OpenApiDocument },
  after: { readonly operation: OperationObject; readonly document: OpenApiDocument },
  report: ReportChange,
): void {
  const [old, now] = [alternativesOf(before), alternativesOf(after)]
  if (same(old, now)) return
  const locked = old.filter((one) => !now.some((other) => isMetBy(other, one)))
  const text = `${written(now)} is asked for, ${written(old)} was.`
  if (locked.length > 0) report('breaking', 'security-tightened', 'credentials', text)
  else report('compatible', 'security-relaxed', 'credentials', text)
}

/**
 * Compares how credentials are given.
 *
 * @param before the old document
 * @param after the new document
 * @param report is told of differences
 */
export function compareSchemes(before: OpenApiDocument, after: OpenApiDocument, report: ReportChange): void {
  const [old, now] = [before.components?.securitySchemes ?? {}, after.components?.securitySchemes ?? {}]
  for (const [name, scheme] of Object.entries(old)) {
    const other = now[name]
    // one that is not used says nothing; where it is used, the operation tells
    if (other === undefined) continue
    const place = `security scheme ${name}`
    const { description: words, bearerFormat: _, ...means } = scheme
    const { description: otherWords, bearerFormat: __, ...otherMeans } = other
    if (!same(means, otherMeans))
      report('breaking', 'security-scheme-changed', place, 'Credentials are given in another way.')
    else if (words !== otherWords)
      report('documentation', 'words-changed', place, 'The description is another.')
  }
}

function alternativesOf({
  operation,
  document,
}: {
  readonly operation: OperationObject
  readonly document: OpenApiDocument
}): readonly SecurityRequirement[] {
  const all = operation.security ?? document.security ?? []
  return all.length === 0 ? [{}] : all
}

/** Whether who meets one requirement meets another, too. */
function isMetBy(requirement: SecurityRequirement, credentials: SecurityRequirement): boolean {
  return Object.entries(requirement).every(([name, scopes]) => {
    const own = credentials[name]
    return own !== undefined && scopes.every((scope) => own.includes(scope))
  })
}

function written(alternatives: readonly SecurityRequirement[]): string {
  const texts = alternatives.map((one) => {
    const schemes = Object.entries(one).map(([name, scopes]) =>
      scopes.length === 0 ? name : `${name} (${scopes.join(', ')})`,
    )
    return schemes.length === 0 ? 'nothing' : schemes.join(' with ')
  })
  return texts.join(' or ')
}
