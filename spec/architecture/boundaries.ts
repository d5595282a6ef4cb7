import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { parseSync } from 'oxc-parser'
import { NODE_ONLY, type Layer } from './layers.js'

/** One source file, with what it imports as written. */
export interface SourceFile {
  /** Relative to lib/, with forward slashes: `router/table.ts`. */
  readonly path: string
  readonly imports: readonly string[]
}

/** Stands for what is imported under a name that is known only at run time. */
const COMPUTED = '(computed)'

/** Reads every source file below a folder. */
export function readSources(root: string): SourceFile[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
    .sort()
    .map((path) => ({ path, imports: importsOf(join(root, path)) }))
}

/** What a file imports or re-exports, types included: a type pulls its file's floor in, too. */
function importsOf(file: string): string[] {
  const source = readFileSync(file, 'utf8')
  const { module } = parseSync(file, source)
  return [
    ...module.staticImports.map((one) => one.moduleRequest.value),
    ...module.staticExports.flatMap((one) =>
      one.entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? []),
    ),
    ...module.dynamicImports.map(({ moduleRequest: { start, end } }) => {
      const written = source.slice(start, end)
      return /^['"]/.test(written) ? written.slice(1, -1) : COMPUTED
    }),
  ]
}

/** The folder of the table that a file belongs to: the longest that fits; `.` for the root. */
export function layerOf(path: string, layers: Readonly<Record<string, Layer>>): string | undefined {
  if (!path.includes('/')) return '.'
  return Object.keys(layers)
    .filter((folder) => path.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length)[0]
}

/**
 * Finds everything that the table forbids.
 *
 * @returns a sentence for each violation: who, what, and what is allowed
 */
export function findViolations(
  files: readonly SourceFile[],
  layers: Readonly<Record<string, Layer>>,
): string[] {
  return files.flatMap((file) => {
    const own = layerOf(file.path, layers)
    if (own === undefined)
      return [`${file.path} is in a folder that spec/architecture/layers.ts does not list.`]
    return file.imports.flatMap((target) => violation(file.path, own, target, layers) ?? [])
  })
}

function violation(
  path: string,
  own: string,
  target: string,
  layers: Readonly<Record<string, Layer>>,
): string | undefined {
  const layer = layers[own]!
  if (target.startsWith('.')) {
    const other = layerOf(join(dirname(path), target).replaceAll('\\', '/'), layers)
    if (other === own || (other !== undefined && layer.imports.includes(other))) return undefined
    return `${path} imports ${target}: ${own} may import only ${layer.imports.join(', ') || 'nothing'}.`
  }
  if (target.startsWith('node:')) {
    if (!layer.anyRuntime || !NODE_ONLY.includes(target)) return undefined
    return `${path} imports ${target}: ${own} has to run in any runtime.`
  }
  if (target === COMPUTED)
    return layer.loadsByUrl === true ? undefined : `${path} imports what is known only at run time.`
  const name = target.startsWith('@') ? target.split('/', 2).join('/') : target.split('/', 1)[0]!
  if (layer.packages?.includes(name) === true) return undefined
  const owners = Object.keys(layers).filter((folder) => layers[folder]!.packages?.includes(name) === true)
  return `${path} imports ${name}: only ${owners.join(' and ') || 'no folder'} may import it.`
}

/** All packages that a file reaches through the files it imports. */
export function reachablePackages(root: string, entry: string): Set<string> {
  const packages = new Set<string>()
  const seen = new Set<string>()
  const visit = (file: string): void => {
    if (seen.has(file)) return
    seen.add(file)
    for (const target of importsOf(file)) {
      if (target === COMPUTED) continue
      if (!target.startsWith('.')) packages.add(target)
      else {
        const next = resolve(dirname(file), target.replace(/\.js$/, '.ts'))
        if (existsSync(next)) visit(next)
        else throw new Error(`${relative(root, file)} imports ${target}, which does not exist`)
      }
    }
  }
  visit(join(root, entry))
  return packages
}
