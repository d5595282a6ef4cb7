import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type * as Parser from 'oxc-parser'
import { explainMissingPackage } from '../../common/index.js'
import { OpenApiEntryInvalid } from './errors.js'

/** Texts by `Class` and `Class.member`, for the option `docstrings` of documents. */
export type Docstrings = Record<string, string>

/** How sources are read. */
export interface ReadDocstringsOptions {
  /** Told of names that stand for different texts in different files; such a name has no text. */
  readonly onConflict?: (name: string, files: readonly string[]) => void
}

/**
 * Reads the comments over classes and their members from TypeScript sources, at build time: nothing of them is left at run
 * time. Needs the package `oxc-parser`.
 *
 * @param paths files, and folders with files: `.ts` and `.mts`, without declarations and specs
 * @param options see `ReadDocstringsOptions`
 * @throws {CorbelError} CORBEL_PACKAGE_MISSING; CORBEL_OPENAPI_ENTRY for a source that is no TypeScript
 */
export async function readDocstrings(
  paths: readonly string[],
  { onConflict }: ReadDocstringsOptions = {},
): Promise<Docstrings> {
  const parser = await loadParser()
  const found = new Map<string, { readonly text: string; readonly file: string }[]>()
  for (const file of await sourceFiles(paths)) {
    for (const [name, text] of docstringsOf(await readFile(file, 'utf8'), file, parser)) {
      const known = found.get(name)
      if (known === undefined) found.set(name, [{ text, file }])
      else known.push({ text, file })
    }
  }
  const texts: Docstrings = {}
  for (const [name, all] of [...found].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [first] = all
    if (all.every(({ text }) => text === first!.text)) texts[name] = first!.text
    else onConflict?.(name, [...new Set(all.map(({ file }) => file))])
  }
  return texts
}

async function loadParser(): Promise<typeof Parser> {
  try {
    return await import('oxc-parser')
  } catch (error) {
    throw explainMissingPackage(error, 'oxc-parser', 'Reading docstrings')
  }
}

async function sourceFiles(paths: readonly string[]): Promise<readonly string[]> {
  const files: string[] = []
  for (const path of paths) {
    if (/\.m?ts$/.test(path)) {
      files.push(path)
      continue
    }
    const entries = await readdir(path, { recursive: true, withFileTypes: true })
    for (const entry of entries) {
      const file = join(entry.parentPath, entry.name)
      if (!entry.isFile() || /[/\\]node_modules[/\\]/.test(file)) continue
      if (/\.m?ts$/.test(file) && !/\.(?:d|spec|test)\.m?ts$/.test(file)) files.push(file)
    }
  }
  return files.sort()
}

/** A part of a syntax tree, as far as it matters here. */
interface Part {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly id?: { readonly name: string } | null
  readonly key?: { readonly name?: string; readonly value?: unknown }
  readonly body?: { readonly body?: readonly Part[] }
  readonly decorators?: readonly Part[]
  readonly declaration?: Part | null
}

/** The names and texts of one source. */
export function* docstringsOf(
  source: string,
  file: string,
  { parseSync, Visitor }: typeof Parser,
): Iterable<readonly [string, string]> {
  const { program, comments, errors } = parseSync(file, source)
  const [error] = errors
  if (error !== undefined)
    throw new OpenApiEntryInvalid({ file, reason: `it is no TypeScript: ${error.message}` })
  const docs = comments.filter(({ type, value }) => type === 'Block' && value.startsWith('*'))
  if (docs.length === 0) return
  const outer = new Map<Part, number>()
  const classes: Part[] = []
  const remember = (exported: unknown): void => {
    const { declaration, start } = exported as Part
    if (declaration) outer.set(declaration, start)
  }
  new Visitor({
    ExportNamedDeclaration: remember,
    ExportDefaultDeclaration: remember,
    ClassDeclaration: (declared) => {
      classes.push(declared as unknown as Part)
    },
  }).visit(program)
  // a comment belongs to what comes next: decorators and `export` are parts of it
  const startOf = (part: Part): number =>
    Math.min(part.start, outer.get(part) ?? part.start, ...(part.decorators ?? []).map(({ start }) => start))
  const commentBefore = (part: Part, from: number): string | undefined => {
    const start = startOf(part)
    const nearest = docs.findLast(({ end, start: begin }) => end <= start && begin >= from)
    if (nearest !== undefined && source.slice(nearest.end, start).trim() === '') return nearest.value
    // between the decorators and the name
    const inner = docs.findLast(
      ({ start: begin, end }) =>
        begin > start && end <= nameStart(part) && !isWithin(begin, part.decorators ?? []),
    )
    return inner?.value
  }
  for (const one of classes) {
    if (!one.id) continue
    const text = textOf(commentBefore(one, 0))
    if (text !== undefined) yield [one.id.name, text]
    let from = one.start
    for (const member of one.body?.body ?? []) {
      const name = member.key?.name ?? member.key?.value
      const comment = typeof name === 'string' ? commentBefore(member, from) : undefined
      const own = textOf(comment)
      if (own !== undefined) yield [`${one.id.name}.${name as string}`, own]
      const thrown = thrownBy(comment)
      if (thrown !== undefined) yield [`${one.id.name}.${name as string}@throws`, thrown]
      from = member.end
    }
  }
}

function nameStart({ id, key, start }: Part): number {
  return ((id ?? key) as { start?: number } | null | undefined)?.start ?? start
}

function isWithin(place: number, parts: readonly Part[]): boolean {
  return parts.some(({ start, end }) => place > start && place < end)
}

function linesOf(comment: string): readonly string[] {
  return comment
    .slice(1)
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
}

/** The errors that a comment tells, one in a line: `NotFoundException There is no such cat`. */
function thrownBy(comment: string | undefined): string | undefined {
  const tags = linesOf(comment ?? '').flatMap((line) => {
    const [, name, why = ''] = /^\s*@throws\s+\{(\w+)\}\s*(.*)$/.exec(line) ?? []
    return name === undefined ? [] : `${name} ${why}`.trim()
  })
  return tags.length === 0 ? undefined : tags.join('\n')
}

/** What a comment says before its first tag. */
function textOf(comment: string | undefined): string | undefined {
  const lines = linesOf(comment ?? '')
  const end = lines.findIndex((line) => /^\s*@\w/.test(line))
  const text = (end === -1 ? lines : lines.slice(0, end))
    .join('\n')
    .replaceAll(
      /\{@link(?:code|plain)?\s+([^}|\s]+)(?:[\s|]+([^}]*))?\}/g,
      (_, target: string, label?: string) => (label === undefined ? target : label),
    )
    .trim()
  return text === '' ? undefined : text
}
