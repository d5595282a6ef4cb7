import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { explainMissingPackage } from '../../common/index.js'

/** Finds files of packages; for tests. */
export type ResolvePackage = (specifier: string) => string

/** What a page shows one of. */
export interface ShownDocument {
  readonly name: string
  /** Relative to the folder of the page. */
  readonly url: string
}

/** A file of a package that a page loads. */
export interface Asset {
  /** What `require.resolve` finds. */
  readonly specifier: string
  /** Changes its text before it is sent. */
  readonly edit?: (text: string) => string
}

/** A user interface for documents: which package it is, what the page loads, and the script that starts it. */
export interface UserInterface {
  /** For people: `Swagger UI`. */
  readonly name: string
  readonly package: string
  /** By the name under which the page loads it. */
  readonly assets: Readonly<Record<string, Asset>>
  readonly styles: readonly string[]
  readonly scripts: readonly string[]
  /** What stands in the body of the page. */
  readonly body: string
  /**
   * The script that starts it; `base` is the URL of the page's folder in it.
   *
   * @param documents to show
   * @param options of the user's own, in the interface's own terms
   */
  start(documents: readonly ShownDocument[], options: object): string
}

const resolveHere: ResolvePackage = createRequire(import.meta.url).resolve

/**
 * Finds the file of each asset.
 *
 * @param ui the interface
 * @param resolve for tests
 * @throws {CorbelError} CORBEL_PACKAGE_MISSING with the install line
 */
export function locateAssets(ui: UserInterface, resolve = resolveHere): ReadonlyMap<string, string> {
  try {
    return new Map(Object.entries(ui.assets).map(([name, { specifier }]) => [name, resolve(specifier)]))
  } catch (error) {
    throw explainMissingPackage(withName(error, ui.package), ui.package, ui.name)
  }
}

/** Node names the file that it did not find; what is missing is the package. */
function withName(error: unknown, name: string): unknown {
  if (error instanceof Error && error.message.includes(`'${name}/`)) error.message += ` ('${name}')`
  return error
}

/** The text of an asset that is edited. */
export function editedAsset(file: string, edit: (text: string) => string): string {
  return edit(readFileSync(file, 'utf8'))
}

/**
 * A value within a script: nothing in it can end the script or the line. Functions are written as they are in their source.
 *
 * @param value of the application's own
 */
export function inScript(value: unknown): string {
  const functions: string[] = []
  const text = JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item !== 'function') return item
    functions.push(sourceOf(item))
    return `${MARK}${functions.length - 1}${MARK}`
  })
  return text
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029')
    .replaceAll(MARKED, (_match, index: string) => functions[Number(index)]!)
}

/** Stands in JSON where a function comes; no text has it, as it is new in each process. */
const MARK = `function-${randomUUID()}-`
const MARKED = new RegExp(`"${MARK}(\\d+)${MARK}"`, 'g')

/** The source as an expression; that of a method is none by itself. */
function sourceOf(item: Function): string {
  const source = item.toString()
  const isMethod = !/^(?:async\s+)?(?:function\b|class\b|\(|[\w$]+\s*=>)/.test(source)
  return isMethod ? `({ ${source} })[${JSON.stringify(item.name)}]` : `(${source})`
}
