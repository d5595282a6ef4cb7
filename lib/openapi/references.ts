import type { OpenApiDocument } from './document.js'
import { ReferenceBroken } from './errors.js'

/**
 * Looks whether everything that a document refers to is there: components, and the security schemes of operations.
 *
 * @param document complete
 * @throws {CorbelError} CORBEL_OPENAPI_REFERENCE
 */
export function assertReferences(document: OpenApiDocument): void {
  const schemes = document.components?.securitySchemes ?? {}
  const requirements = [
    { list: document.security ?? [], origin: 'The document' },
    ...Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({
        list: (operation as { security?: object[] } | undefined)?.security ?? [],
        origin: `${method.toUpperCase()} ${path}`,
      })),
    ),
  ]
  for (const { list, origin } of requirements) {
    const missing = list.flatMap((one) => Object.keys(one)).find((name) => !(name in schemes))
    if (missing !== undefined)
      throw new ReferenceBroken({ reference: `the security scheme "${missing}"`, origin })
  }
  const known = new Set<string>()
  visit(document, [], (reference, origin) => {
    if (!reference.startsWith('#/') || known.has(reference)) return
    if (resolvePointer(document, reference) === undefined)
      throw new ReferenceBroken({ reference, origin: origin() })
    known.add(reference)
  })
}

/**
 * What a reference within a document leads to.
 *
 * @param document the whole
 * @param reference `#/components/schemas/User`
 * @returns undefined if there is nothing
 * @see RFC 6901
 */
export function resolvePointer(document: object, reference: string): unknown {
  let current: unknown = document
  for (const token of reference.slice(2).split('/')) {
    const name = decodeURIComponent(token).replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, name)) return undefined
    current = (current as Record<string, unknown>)[name]
  }
  return current
}

/** @param path the names that lead to the value; written out only where a message needs them */
function visit(
  value: unknown,
  path: string[],
  found: (reference: string, origin: () => string) => void,
): void {
  if (typeof value !== 'object' || value === null) return
  for (const key of Object.keys(value)) {
    const item = (value as Record<string, unknown>)[key]
    if (key === '$ref' && typeof item === 'string') found(item, () => `/${path.join('/')}`)
    // data is no document, whatever it looks like
    else if (typeof item === 'object' && !DATA.has(key)) {
      path.push(key)
      visit(item, path, found)
      path.pop()
    }
  }
}

const DATA = new Set(['example', 'examples', 'default', 'enum', 'const'])

/**
 * Calls schemas otherwise, wherever they are referred to.
 *
 * @param document is changed
 * @param renames references by those that they are to be
 */
export function renameSchemas(document: OpenApiDocument, renames: ReadonlyMap<string, string>): void {
  if (renames.size === 0) return
  rename(document, renames)
  const { schemas = {} } = document.components ?? {}
  const entries = Object.entries(schemas).map(([name, schema]) => {
    const renamed = renames.get(`#/components/schemas/${name}`)
    return [renamed === undefined ? name : renamed.slice(renamed.lastIndexOf('/') + 1), schema] as const
  })
  document.components!.schemas = Object.fromEntries(entries)
}

function rename(value: unknown, renames: ReadonlyMap<string, string>): void {
  if (typeof value !== 'object' || value === null) return
  for (const key of Object.keys(value)) {
    const item = (value as Record<string, unknown>)[key]
    if (key === '$ref' && typeof item === 'string') Object.assign(value, { $ref: renames.get(item) ?? item })
    // names of properties say nothing of what is behind them
    else if (key === 'properties') for (const one of Object.values(item ?? {})) rename(one, renames)
    else if (key === 'mapping') renameMapping(item as Record<string, string>, renames)
    else if (!DATA.has(key)) rename(item, renames)
  }
}

/** That of a discriminator; a property of this name is an object. */
function renameMapping(mapping: Record<string, unknown>, renames: ReadonlyMap<string, string>): void {
  for (const [name, target] of Object.entries(mapping ?? {})) {
    if (typeof target === 'string') mapping[name] = renames.get(target) ?? target
    else rename(target, renames)
  }
}
