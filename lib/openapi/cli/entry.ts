import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isClass } from '../../common/index.js'
import { AppModel, ApplicationContext } from '../../core/index.js'
import { Module } from '../../di/index.js'
import { readClass } from '../../metadata/index.js'
import { createApp } from '../../create-app.js'
import { createOpenApiDocument } from '../create-document.js'
import type { OpenApiDocument } from '../document.js'
import { OPENAPI_SITES, type ServedDocument } from '../site.js'
import { isDocument } from './document-file.js'
import { OpenApiEntryInvalid } from './errors.js'

/** What of a file is described, and how. */
export interface EntryOptions {
  /** The export that is meant, where there are several. */
  readonly exportName?: string | undefined
  /** Which of several documents: its path, or its name. Default: the first. */
  readonly document?: string | undefined
  /** Texts by `Class` and `Class.member`. */
  readonly docstrings?: Readonly<Record<string, string>> | undefined
  /** Told of what the document cannot say. */
  readonly onWarning?: (message: string) => void
}

/**
 * Makes the document of an application that a file exports: as a module class, or as a function that returns an application
 * (or a document). The application is initialised, so that the document is the one that it would serve; it does not listen.
 *
 * @param file of the export, seen from the current folder
 * @param options see `EntryOptions`
 * @throws {CorbelError} CORBEL_OPENAPI_ENTRY; whatever the boot of the application throws
 */
export async function documentOfEntry(file: string, options: EntryOptions = {}): Promise<OpenApiDocument> {
  const exports = await load(file)
  const entry = chosen(exports, file, options.exportName)
  const made: unknown =
    isClass(entry) && readClass(Module, entry) !== undefined
      ? await createApp(entry, { logger: false })
      : await (entry as () => unknown)()
  if (isDocument(made)) return made
  if (!(made instanceof ApplicationContext))
    throw new OpenApiEntryInvalid({ file, reason: 'the function returns no application and no document.' })
  try {
    // versions are told apart only then
    await made.init()
    const { docstrings, onWarning } = options
    const described = servedBy(made, file, options.document)
    return createOpenApiDocument(made, {
      ...described,
      ...(docstrings !== undefined && { docstrings: { ...described.docstrings, ...docstrings } }),
      ...(onWarning !== undefined && { onWarning }),
    })
  } finally {
    await made.close()
  }
}

async function load(file: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(resolve(file)).href)) as Record<string, unknown>
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_UNKNOWN_FILE_EXTENSION') throw error
    const reason =
      'Node cannot read it. Name the compiled file, or run: node --import @oxc-node/core/register node_modules/corbel/dist/openapi/cli/main.js …'
    throw new OpenApiEntryInvalid({ file, reason }, { cause: error })
  }
}

function chosen(exports: Readonly<Record<string, unknown>>, file: string, name: string | undefined): unknown {
  const names = Object.keys(exports).filter((one) => typeof exports[one] === 'function')
  if (name !== undefined) {
    if (names.includes(name)) return exports[name]
    throw new OpenApiEntryInvalid({ file, reason: `it exports no class or function ${name}.` })
  }
  const found = 'default' in exports && names.includes('default') ? 'default' : names[0]
  if (found === undefined || (found !== 'default' && names.length > 1)) {
    const reason = `it has to export one module class, or one function that returns the application; it exports ${names.join(', ') || 'neither'}. Say which with --export.`
    throw new OpenApiEntryInvalid({ file, reason })
  }
  return exports[found]
}

/** The options of the document as `OpenApiModule` has them. */
function servedBy(app: ApplicationContext, file: string, wanted: string | undefined): ServedDocument {
  const served = app
    .get(AppModel)
    .contributions(OPENAPI_SITES)
    .flatMap((site) => [...site.served])
  const names = served.map(({ path = '/openapi', name }) => name ?? path)
  const index =
    wanted === undefined
      ? 0
      : served.findIndex(({ path = '/openapi', name, title }) => [path, name, title].includes(wanted))
  if (wanted !== undefined && served[index] === undefined) {
    const known = names.length === 0 ? 'it does not import OpenApiModule' : `there are ${names.join(', ')}`
    throw new OpenApiEntryInvalid({ file, reason: `the application has no document ${wanted}: ${known}.` })
  }
  return served[index] ?? {}
}
