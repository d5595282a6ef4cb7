import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { explainMissingPackage } from '../../common/index.js'
import type { OpenApiDocument } from '../document.js'
import { toYaml } from '../yaml.js'
import { DocumentUnreadable } from './errors.js'

/** How a document is written. */
export type DocumentFormat = 'json' | 'yaml'

/**
 * The format that a file name says.
 *
 * @param file its name; undefined for none
 */
export function formatOf(file: string | undefined): DocumentFormat {
  return file !== undefined && /^\.ya?ml$/i.test(extname(file)) ? 'yaml' : 'json'
}

/**
 * Writes a document as text, the same text each time.
 *
 * @param document any
 * @param format of the text
 */
export function documentText(document: OpenApiDocument, format: DocumentFormat): string {
  return format === 'yaml' ? toYaml(document) : `${JSON.stringify(document, undefined, 2)}\n`
}

/**
 * Reads a document from a file. YAML needs the package `yaml`.
 *
 * @param file `.json`, `.yaml` or `.yml`
 * @throws {CorbelError} CORBEL_OPENAPI_FILE, CORBEL_PACKAGE_MISSING
 */
export async function readDocument(file: string): Promise<OpenApiDocument> {
  const unreadable = (error: unknown): Error =>
    new DocumentUnreadable({ file, reason: (error as Error).message }, { cause: error })
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw unreadable(error)
  })
  const parse = formatOf(file) === 'yaml' ? await yamlParser() : (JSON.parse as (text: string) => unknown)
  let document: unknown
  try {
    document = parse(text)
  } catch (error) {
    throw unreadable(error)
  }
  if (!isDocument(document))
    throw new DocumentUnreadable({ file, reason: 'it has no "openapi": "3.…", or no info and paths.' })
  return document
}

/** Whether something looks like a document of OpenAPI 3. */
export function isDocument(value: unknown): value is OpenApiDocument {
  if (typeof value !== 'object' || value === null) return false
  const { openapi, info, paths, webhooks } = value as Partial<OpenApiDocument>
  return (
    typeof openapi === 'string' &&
    openapi.startsWith('3.') &&
    typeof info === 'object' &&
    typeof (paths ?? webhooks) === 'object'
  )
}

async function yamlParser(): Promise<(text: string) => unknown> {
  try {
    return (await import('yaml')).parse
  } catch (error) {
    throw explainMissingPackage(error, 'yaml', 'Reading YAML')
  }
}
